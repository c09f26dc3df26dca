#include "tests/simulator_test/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>

namespace plotmeter {

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
  int read = -1;
  int write = -1;
};

int Start(const std::vector<std::string>& words, int in, int out, bool with_errors) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::runtime_error("no process");
  if (pid == 0) {
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    if (with_errors) ::dup2(out, STDERR_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  return pid;
}

int CodeOf(int pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Ended RunToEnd(const std::vector<std::string>& words) {
  const Pipe output;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int pid = Start(words, nothing, output.write, true);
  ::close(nothing);
  ::close(output.write);
  Ended ended;
  std::array<char, 8192> buffer{};
  for (ssize_t n = 0; (n = ::read(output.read, buffer.data(), buffer.size())) > 0;) {
    ended.out.append(buffer.data(), static_cast<std::size_t>(n));
  }
  ::close(output.read);
  ended.code = CodeOf(pid);
  return ended;
}

Talking::Talking(const std::vector<std::string>& words) {
  const Pipe input;
  const Pipe output;
  pid_ = Start(words, input.read, output.write, false);
  ::close(input.read);
  ::close(output.write);
  in_ = input.write;
  out_ = output.read;
}

Talking::~Talking() {
  Signal(SIGTERM);
  if (pid_ > 0) CodeOf(pid_);
  CloseInput();
  ::close(out_);
}

std::string Talking::ReadLine() {
  std::array<char, 8192> buffer{};
  while (text_.find('\n') == std::string::npos) {
    const ssize_t n = ::read(out_, buffer.data(), buffer.size());
    if (n <= 0) throw std::runtime_error("the program ended");
    text_.append(buffer.data(), static_cast<std::size_t>(n));
  }
  const auto end = text_.find('\n');
  const std::string line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return line;
}

Json Talking::Ask(const std::string& line) {
  const std::string text = line + "\n";
  if (::write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    throw std::runtime_error("the program takes no input");
  }
  return ParseJson(ReadLine());
}

void Talking::CloseInput() {
  if (in_ >= 0) ::close(in_);
  in_ = -1;
}

int Talking::Wait() {
  const int code = CodeOf(pid_);
  pid_ = -1;
  return code;
}

void Talking::Signal(int number) const {
  if (pid_ > 0) ::kill(pid_, number);
}

}  // namespace plotmeter
