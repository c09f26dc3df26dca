#include "portal/access/revocations.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <system_error>

#include "common/json.h"

namespace plotmeter {
namespace {

Revocation ReadLine(const std::string& line) {
  const Json json = ParseJson(line, {.max_bytes = 4096});
  const auto at = ParseInstant(json.at("at").get<std::string>());
  if (!at) throw JsonError("'at' is no instant");
  return {.reseller = {json.at("reseller").get<std::string>()},
          .collector = json.at("revoked").get<std::string>(),
          .at = *at};
}

bool IsValid(Store& store, const Revocation& revocation) {
  return std::ranges::any_of(store.Collectors(revocation.reseller), [&](const Collector& of) {
    return of.id == revocation.collector && !of.revoked_at;
  });
}

}  // namespace

std::filesystem::path JournalFile(const std::filesystem::path& data) {
  return data / "journal.ndjson";
}

void NoteRevocation(const std::filesystem::path& journal, const Revocation& revocation) {
  const std::string line = JsonText({{"at", FormatInstant(revocation.at)},
                                     {"reseller", revocation.reseller.value},
                                     {"revoked", revocation.collector}}) +
                           "\n";
  const int file = ::open(journal.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const bool whole = file >= 0 &&
                     ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                     ::fsync(file) == 0;
  const int why = errno;
  if (file >= 0) ::close(file);
  if (whole) return;
  throw std::runtime_error(
      fmt::format("cannot write {}: {}", journal.string(), std::generic_category().message(why)));
}

namespace {

void EachRevocation(const std::filesystem::path& journal,
                    const std::function<void(const Revocation&)>& visit) {
  std::ifstream in(journal);
  if (!in) {
    if (!std::filesystem::exists(journal)) return;
    throw std::runtime_error("cannot read " + journal.string());
  }
  int number = 0;
  for (std::string line; std::getline(in, line) && !in.eof();) {
    ++number;
    try {
      visit(ReadLine(line));
    } catch (const Json::exception&) {
      throw std::runtime_error(fmt::format(
          "{}, line {}: not {{\"at\":…,\"reseller\":…,\"revoked\":…}}", journal.string(), number));
    } catch (const JsonError& error) {
      throw std::runtime_error(
          fmt::format("{}, line {}: {}", journal.string(), number, error.what()));
    }
  }
}

}  // namespace

int RepeatRevocations(const std::filesystem::path& journal, Store& store) {
  int repeated = 0;
  EachRevocation(journal, [&](const Revocation& revocation) {
    if (!IsValid(store, revocation)) return;
    store.RevokeCollector(revocation.reseller, revocation.collector, revocation.at, kPortalItself);
    ++repeated;
  });
  return repeated;
}

std::set<std::string> RevokedIn(const std::filesystem::path& journal) {
  std::set<std::string> revoked;
  EachRevocation(journal,
                 [&](const Revocation& revocation) { revoked.insert(revocation.collector); });
  return revoked;
}

}  // namespace plotmeter
