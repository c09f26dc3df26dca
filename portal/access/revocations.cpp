#include "portal/access/revocations.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <system_error>
#include <variant>

#include "common/json.h"

namespace plotmeter {
namespace {

using Line = std::variant<Revocation, Disabling, Erasure>;

Line ReadLine(const std::string& line) {
  const Json json = ParseJson(line, {.max_bytes = 4096});
  const auto at = ParseInstant(json.at("at").get<std::string>());
  if (!at) throw JsonError("'at' is no instant");
  const ResellerId reseller{json.at("reseller").get<std::string>()};
  if (json.contains("erased")) {
    return Erasure{reseller, json.at("erased").get<std::string>(), *at};
  }
  for (const bool disabled : {true, false}) {
    const char* word = disabled ? "disabled" : "enabled";
    if (!json.contains(word)) continue;
    return Disabling{reseller, json.at(word).get<std::string>(), disabled, *at};
  }
  return Revocation{reseller, json.at("revoked").get<std::string>(), *at};
}

// The collectors and tokens of a reseller that are not revoked.
std::set<std::string> ValidOf(Store& store, const ResellerId& reseller) {
  std::set<std::string> valid;
  for (const Collector& of : store.Collectors(reseller)) {
    if (!of.revoked_at) valid.insert(of.id);
  }
  for (const ApiToken& of : store.Tokens(reseller)) {
    if (!of.revoked_at) valid.insert(of.id);
  }
  return valid;
}

// Where the last whole line ends: what a power cut left behind it was never confirmed, and the next
// line must not be glued to it.
off_t EndOfLines(int file) {
  off_t end = ::lseek(file, 0, SEEK_END);
  for (char last = 0; end > 0; --end) {
    if (::pread(file, &last, 1, end - 1) != 1) return -1;
    if (last == '\n') break;
  }
  return end;
}

void Append(const std::filesystem::path& journal, const Json& json) {
  const std::string line = JsonText(json) + "\n";
  const int file = ::open(journal.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  bool whole = file >= 0 && ::flock(file, LOCK_EX) == 0;
  const off_t end = whole ? EndOfLines(file) : -1;
  whole = whole && end >= 0 && ::ftruncate(file, end) == 0 &&
          ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
          ::fsync(file) == 0;
  const int why = errno;
  if (file >= 0) ::close(file);
  if (whole) return;
  throw std::runtime_error(
      fmt::format("cannot write {}: {}", journal.string(), std::generic_category().message(why)));
}

void EachLine(const std::filesystem::path& journal, const std::function<void(const Line&)>& visit) {
  std::ifstream in(journal);
  if (!in) {
    if (!std::filesystem::exists(journal)) return;
    throw std::runtime_error("cannot read " + journal.string());
  }
  int number = 0;
  for (std::string text; std::getline(in, text) && !in.eof();) {
    ++number;
    std::optional<Line> line;
    try {
      line = ReadLine(text);
    } catch (const Json::exception&) {
      throw std::runtime_error(fmt::format(
          "{}, line {}: not {{\"at\":…,\"reseller\":…,\"revoked\":…}}, nor with \"disabled\", "
          "\"enabled\" or \"erased\"",
          journal.string(), number));
    } catch (const JsonError& error) {
      throw std::runtime_error(
          fmt::format("{}, line {}: {}", journal.string(), number, error.what()));
    }
    visit(*line);
  }
}

template <typename Wanted>
void Each(const std::filesystem::path& journal, const std::function<void(const Wanted&)>& visit) {
  EachLine(journal, [&](const Line& line) {
    if (const auto* wanted = std::get_if<Wanted>(&line)) visit(*wanted);
  });
}

}  // namespace

std::filesystem::path JournalFile(const std::filesystem::path& data) {
  return data / "journal.ndjson";
}

void NoteRevocation(const std::filesystem::path& journal, const Revocation& revocation) {
  Append(journal, {{"at", FormatInstant(revocation.at)},
                   {"reseller", revocation.reseller.value},
                   {"revoked", revocation.id}});
}

void NoteDisabling(const std::filesystem::path& journal, const Disabling& disabling) {
  Append(journal, {{"at", FormatInstant(disabling.at)},
                   {"reseller", disabling.reseller.value},
                   {disabling.disabled ? "disabled" : "enabled", disabling.person}});
}

void NoteErasure(const std::filesystem::path& journal, const Erasure& erasure) {
  Append(journal, {{"at", FormatInstant(erasure.at)},
                   {"reseller", erasure.reseller.value},
                   {"erased", erasure.customer}});
}

std::optional<ErasureReport> Erase(const std::filesystem::path& journal, Store& store,
                                   Forgetting& forgetting, const Erasure& erasure,
                                   const Actor& actor) {
  const std::vector<Customer> customers = store.Customers(erasure.reseller);
  if (std::ranges::find(customers, erasure.customer, &Customer::id) == customers.end()) {
    return std::nullopt;
  }
  for (const Collector& of : store.Collectors(erasure.reseller)) {
    const auto site = store.FindSite(erasure.reseller, of.site);
    if (of.revoked_at || !site || site->customer != erasure.customer) continue;
    NoteRevocation(journal, {erasure.reseller, of.id, erasure.at});
  }
  NoteErasure(journal, erasure);
  return forgetting.EraseCustomer(erasure.reseller, erasure.customer, actor, erasure.at);
}

int RepeatRevocations(const std::filesystem::path& journal, Store& store) {
  int repeated = 0;
  std::map<std::string, std::set<std::string>> valid;  // by reseller
  Each<Revocation>(journal, [&](const Revocation& revocation) {
    const auto& [reseller, id, at] = revocation;
    const auto [of, is_new] = valid.try_emplace(reseller.value);
    if (is_new) of->second = ValidOf(store, reseller);
    if (of->second.erase(id) == 0) return;
    if (id.starts_with("tok_")) {
      store.RevokeToken(reseller, id, at, kPortalItself);
    } else {
      store.RevokeCollector(reseller, id, at, kPortalItself);
    }
    ++repeated;
  });
  return repeated;
}

int RepeatDisablings(const std::filesystem::path& journal, Accounts& accounts) {
  std::map<std::string, Disabling> last;  // by person
  Each<Disabling>(journal, [&](const Disabling& one) { last.insert_or_assign(one.person, one); });
  int repeated = 0;
  for (const auto& [id, word] : last) {
    const auto person = accounts.FindPerson(word.reseller, id);
    if (!word.disabled || !person || person->disabled_at) continue;
    accounts.ChangePerson(word.reseller, id, {.disabled = true}, kPortalItself, word.at);
    ++repeated;
  }
  return repeated;
}

int RepeatErasures(const std::filesystem::path& journal, Forgetting& forgetting) {
  int repeated = 0;
  Each<Erasure>(journal, [&](const Erasure& erasure) {
    if (forgetting.EraseCustomer(erasure.reseller, erasure.customer, kPortalItself, erasure.at))
      ++repeated;
  });
  return repeated;
}

std::set<std::string> RevokedIn(const std::filesystem::path& journal) {
  std::set<std::string> revoked;
  Each<Revocation>(journal, [&](const Revocation& revocation) { revoked.insert(revocation.id); });
  return revoked;
}

}  // namespace plotmeter
