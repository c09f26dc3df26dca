#include "common/supervisor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/scratch.h"

namespace plotmeter {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// What systemd does: a socket that is read when somebody looks.
class Ear {
 public:
  // "@name" or a path.
  explicit Ear(const std::string& name) : name_(name) {
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::memcpy(here.sun_path, name.data(), name.size());
    if (name[0] == '@') here.sun_path[0] = '\0';
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::unlink(name.c_str());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&here), length) != 0) {
      throw std::runtime_error("bind: " + std::string(std::strerror(errno)));
    }
  }
  ~Ear() { ::close(socket_); }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  // The oldest datagram that was not heard yet; empty: there is none.
  std::string Hear() {
    char bytes[1024];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    return count < 0 ? "" : std::string(bytes, static_cast<std::size_t>(count));
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  int socket_ = -1;
};

class SupervisorTest : public testing::Test {
 protected:
  ~SupervisorTest() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) unsetenv(name);
  }
  static void Set(const char* name, const std::string& value) { setenv(name, value.c_str(), 1); }
  std::string WhyNot() {
    try {
      Supervisor::FromEnvironment(clock_);
      return "";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }

  FakeClock clock_;
  const std::string abstract_ = "@plotmeter-supervisor-" + std::to_string(getpid());
};

TEST_F(SupervisorTest, HearsTheWholeLifeOfAService) {
  for (const std::string& name : {abstract_, Scratch() + "/notify"}) {
    Ear ear(name);
    Supervisor supervisor(clock_, name, seconds(20));
    supervisor.Ready("3 printers are known");
    EXPECT_EQ(ear.Hear(), "READY=1\nSTATUS=3 printers are known");
    supervisor.Status("3 printers are known");
    EXPECT_EQ(ear.Hear(), "") << "it was said";
    supervisor.Status("2 of 3\nREADY=1");
    EXPECT_EQ(ear.Hear(), "STATUS=2 of 3 READY=1") << "a status is one line";
    supervisor.Stopping();
    EXPECT_EQ(ear.Hear(), "STOPPING=1");
    EXPECT_EQ(ear.Hear(), "");
  }
}

TEST_F(SupervisorTest, SaysThatItLivesAsOftenAsItIsWatchedAndNoOftener) {
  Ear ear(abstract_);
  Supervisor supervisor(clock_, abstract_, seconds(20));
  EXPECT_EQ(supervisor.pulse(), seconds(5));
  supervisor.Alive();
  EXPECT_EQ(ear.Hear(), "WATCHDOG=1");
  clock_.Advance(milliseconds(4999));
  supervisor.Alive();
  EXPECT_EQ(ear.Hear(), "");
  clock_.Advance(milliseconds(1));
  supervisor.Alive();
  EXPECT_EQ(ear.Hear(), "WATCHDOG=1");
  clock_.Advance(seconds(60));
  EXPECT_EQ(ear.Hear(), "") << "a loop that hangs is silent";
}

TEST_F(SupervisorTest, SaysNothingOfItsLifeWhereNobodyWatches) {
  Ear ear(abstract_);
  Supervisor supervisor(clock_, abstract_, {});
  supervisor.Alive();
  EXPECT_FALSE(supervisor.pulse());
  EXPECT_EQ(ear.Hear(), "");
}

TEST_F(SupervisorTest, IsSilentWithoutASupervisor) {
  Supervisor supervisor = Supervisor::FromEnvironment(clock_);
  supervisor.Ready("up");
  supervisor.Alive();
  supervisor.Stopping();
  EXPECT_FALSE(supervisor.pulse());
}

TEST_F(SupervisorTest, GoesOnWhereTheSupervisorIsGone) {
  Supervisor supervisor(clock_, abstract_, seconds(20));
  testing::internal::CaptureStderr();
  supervisor.Ready("up");
  supervisor.Stopping();
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("warning supervisor_unheard why="));
  EXPECT_EQ(log.find("supervisor_unheard"), log.rfind("supervisor_unheard")) << "once: " << log;
}

TEST_F(SupervisorTest, TakesTheVariablesOfSystemd) {
  Ear ear(abstract_);
  Set("NOTIFY_SOCKET", abstract_);
  Set("WATCHDOG_USEC", "120000000");
  EXPECT_EQ(Supervisor::FromEnvironment(clock_).pulse(), seconds(30));
  Set("WATCHDOG_PID", std::to_string(getpid()));
  EXPECT_EQ(Supervisor::FromEnvironment(clock_).pulse(), seconds(30));
  Set("WATCHDOG_PID", std::to_string(getppid()));
  Supervisor other = Supervisor::FromEnvironment(clock_);
  EXPECT_FALSE(other.pulse()) << "another process is watched";
  other.Ready("up");
  EXPECT_EQ(ear.Hear(), "READY=1\nSTATUS=up");
}

TEST_F(SupervisorTest, NamesTheVariableThatCannotBeMeant) {
  for (const std::string& bad : {std::string("relative"), std::string("/"), std::string("@"),
                                 "/" + std::string(107, 'a'), std::string("vsock:2:1")}) {
    Set("NOTIFY_SOCKET", bad);
    EXPECT_THAT(WhyNot(), HasSubstr("NOTIFY_SOCKET is '" + bad + "'; expected")) << bad;
  }
  Set("NOTIFY_SOCKET", "/" + std::string(106, 'a'));
  EXPECT_EQ(WhyNot(), "");
  for (const char* bad : {"soon", "0", "-1", "12s", "99999999999999999999"}) {
    Set("WATCHDOG_USEC", bad);
    EXPECT_THAT(WhyNot(), HasSubstr("WATCHDOG_USEC is '" + std::string(bad) + "'; expected"));
  }
}

}  // namespace
}  // namespace plotmeter
