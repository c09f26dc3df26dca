// Debian's SNMP agent as a child of the test, on a loopback address of its own, with a
// configuration and a memory in the test's own folder and nothing of the machine's.
//
//    if (!Snmpd::IsInstalled()) GTEST_SKIP() << "no snmpd on this machine";
//    Snmpd agent("127.0.0.61", folder, "createUser u MD5 \"12345678\"\nrouser u auth\n");
//    peer.port = agent.port();
//
// It listens when the constructor returns. A second one in the same folder is the same agent after
// a restart: snmpEngineBoots has gone up.

#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace plotmeter {

class Snmpd {
 public:
  static bool IsInstalled() { return ::access(kProgram, X_OK) == 0; }

  // `configuration`: lines of snmpd.conf(5), but for the address.
  // `port`: 0 for any that is free.
  Snmpd(const std::string& address, const std::string& folder, const std::string& configuration,
        std::uint16_t port = 0)
      : port_(port == 0 ? FreePort(address) : port) {
    std::filesystem::create_directories(folder);
    const std::string file = folder + "/agent.conf";
    std::ofstream(file) << "agentaddress udp:" << address << ":" << port_ << "\n" << configuration;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::setenv("SNMP_PERSISTENT_DIR", folder.c_str(), 1);
      ::setenv("SNMPCONFPATH", folder.c_str(), 1);
      ::setenv("MIBS", "", 1);
      ::execl(kProgram, "snmpd", "-f", "-Lo", "-c", file.c_str(), "-r", "-I",
              "system_mib,usmConf,vacm_conf,proxy,snmpEngine", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    out_ = ends[0];
    if (pid_ < 0 || !WaitUntilReady()) {
      Stop();
      throw std::runtime_error("snmpd does not start: " + said_);
    }
  }
  ~Snmpd() { Stop(); }
  Snmpd(const Snmpd&) = delete;
  Snmpd& operator=(const Snmpd&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  static constexpr const char* kProgram = "/usr/sbin/snmpd";

  static std::uint16_t FreePort(const std::string& address) {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in at = {};
    at.sin_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    socklen_t length = sizeof at;
    const bool well = ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
                      ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &length) == 0;
    ::close(fd);
    if (!well) throw std::runtime_error("no port for snmpd");
    return ntohs(at.sin_port);
  }

  // It says its version when it listens.
  bool WaitUntilReady() {
    std::array<char, 4096> buffer{};
    while (said_.find("NET-SNMP version") == std::string::npos) {
      const ssize_t n = ::read(out_, buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      said_.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return true;
  }

  void Stop() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    pid_ = -1;
    if (out_ >= 0) ::close(out_);
    out_ = -1;
  }

  const std::uint16_t port_;
  int pid_ = -1;
  int out_ = -1;
  std::string said_ = {};
};

}  // namespace plotmeter
