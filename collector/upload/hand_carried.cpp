#include "collector/upload/hand_carried.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "collector/upload/signed_part.h"
#include "common/jose.h"
#include "common/json.h"
#include "common/path.h"
#include "proto/seal.h"

namespace plotmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNewest = 1'000'000;  // batches of the outbox that are looked through

// Under its name only when it is whole.
void WriteWhole(const fs::path& path, const std::string& bytes) {
  fs::path part = path;
  part += ".part";
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out << bytes;
  out.close();
  if (!out) throw std::runtime_error(fmt::format("cannot write {}", PathText(part)));
  fs::rename(part, path);
}

// The portal as far as it came along in the file: its keys, and nobody who answers.
class CarriedPortal : public Portal {
 public:
  explicit CarriedPortal(std::string keys) : keys_(std::move(keys)) {}

  PortalAnswer Get(const std::string&) override {
    return {.seen = PortalSeen::kAnswered, .status = 200, .content_type = kJose, .body = keys_};
  }
  PortalAnswer Post(const std::string&, const std::string&, const std::string&) override {
    return {.seen = PortalSeen::kUnreachable, .detail = "batches are carried by hand here"};
  }
  void Cancel() override {}

 private:
  std::string keys_;
};

// Which batch of ours a signed answer is about: by batch id (a receipt), or by hash (a refusal).
std::string BatchNamed(const Json& said) {
  for (const char* member : {"batch", "sha256"}) {
    const auto found = said.find(member);
    if (found != said.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

// Why a line is about no batch of ours, as far as it says. Nothing is done for these words.
std::string WhyNot(const Json& said) {
  const auto check = said.find("check");
  if (check == said.end() || said.contains("sha256")) return "about no batch of this collector";
  return fmt::format(
      "the portal refused a file before it knew whose it is ({}); export it again and carry it "
      "anew",
      check->dump());
}

Json HeadOf(std::string_view line, const UploadIdentity& identity) {
  Json head;
  try {
    head = ParseJson(line, {.max_bytes = std::size_t{1} << 20});
  } catch (const JsonError& error) {
    throw std::runtime_error(fmt::format("this is no file of receipts: {}", error.what()));
  }
  if (!head.is_object() || head.value("receipts", Json()) != Json(1) ||
      !head.value("keys", Json()).is_string()) {
    throw std::runtime_error(
        "this is no file of receipts: its first line is not that of plotmeter-portal import");
  }
  const auto keys = FollowKeys(head.at("keys").get<std::string>(), KeysTrust::Of(identity.keys));
  const Json portal = head.value("portal", Json());
  // By the name that it had when we enrolled, or by that of the key which ours leads to.
  if (portal != Json(identity.portal) && !(keys && portal == Json(Thumbprint(*keys->signing)))) {
    throw std::runtime_error(
        fmt::format("these receipts are of portal {}; this collector is enrolled with {}",
                    head.value("portal", Json()).dump(), identity.portal));
  }
  return head;
}

}  // namespace

std::vector<std::string> ExportBatches(Spool& spool, const UploadIdentity& identity,
                                       const std::string& directory) {
  fs::create_directories(PathOf(directory));
  const BatchSigner signer{
      .portal = identity.portal, .collector = identity.collector, .key = &*identity.key};
  while (spool.Cut(signer)) {
  }
  std::vector<OutboxEntry> waiting = spool.Outbox(kNewest);
  std::erase_if(waiting, [](const OutboxEntry& entry) { return entry.state != BatchState::kCut; });
  std::ranges::reverse(waiting);
  std::vector<std::string> names;
  for (const OutboxEntry& entry : waiting) {
    const CutBatch batch = spool.Shown(entry.batch.batch)->batch;
    const std::string sealed = Seal(batch.message, identity.keys.encryption.front());
    const std::string name = fmt::format("{}-{:08}.jose", batch.stream, batch.sequence);
    spool.Sending(batch.batch, sealed.size());
    WriteWhole(PathOf(directory) / name, sealed);
    names.push_back(name);
  }
  return names;
}

ReceiptsTaken ImportReceipts(Spool& spool, const Clock& clock, const UploadIdentity& identity,
                             std::string_view text) {
  const std::size_t first = text.find('\n');
  const Json head = HeadOf(text.substr(0, first), identity);
  CarriedPortal portal(head.at("keys").get<std::string>());
  Uploader uploader(
      spool, portal, clock, [] { return 0.0; }, identity);
  uploader.RefreshKeys();
  ReceiptsTaken taken;
  for (std::int64_t number = 2; !text.empty() && text.find('\n') != std::string_view::npos;) {
    text.remove_prefix(text.find('\n') + 1);
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.empty()) continue;
    const std::string where = fmt::format("line {}: ", number++);
    try {
      const Json row = ParseJson(line, {.max_bytes = std::size_t{1} << 20});
      const std::string jws = row.at("jws").get<std::string>();
      const auto read = ReadJws(jws);
      const Json said = read ? ParseJson(read->payload) : Json::object();
      const std::string named = BatchNamed(said);
      const std::optional<OutboxEntry> entry = named.empty() ? std::nullopt : spool.Shown(named);
      if (!entry) {
        taken.troubles.push_back(where + WhyNot(said));
      } else if (entry->state == BatchState::kReceipted) {
        ++taken.before;
      } else {
        const UploadStep step = uploader.Heed({.seen = PortalSeen::kAnswered,
                                               .status = row.at("status").get<int>(),
                                               .content_type = kJose,
                                               .body = jws},
                                              entry->batch);
        if (step.did == UploadStep::Did::kSent) ++taken.receipted;
        if (step.did == UploadStep::Did::kChanged) ++taken.refused;
        if (!step.trouble.empty()) taken.troubles.push_back(where + step.trouble);
      }
    } catch (const JsonError& error) {
      taken.troubles.push_back(where + error.what());
    } catch (const Json::exception&) {
      taken.troubles.push_back(where + "not {\"file\":…,\"status\":…,\"jws\":…}");
    }
  }
  return taken;
}

}  // namespace plotmeter
