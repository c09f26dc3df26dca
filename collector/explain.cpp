#include "collector/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iostream>

#include "collector/by_web.h"
#include "collector/snmp/two_contexts.h"

namespace plotmeter {
namespace {

void PrintAsked(int number, const Asked& asked, const std::string& how,
                const Fingerprint& fingerprint) {
  std::string objects;
  for (const Oid& object : asked.objects) {
    objects += (objects.empty() ? "" : ", ") + NameOf(object);
  }
  fmt::print("\n{}. Asked by SNMP {} for {}{}\n", number, how,
             asked.is_walk ? "everything under " : "", objects);
  if (asked.result.table.empty() || asked.result.seen != SnmpSeen::kAnswered) {
    fmt::print("   {}\n",
               asked.result.seen == SnmpSeen::kAnswered
                   ? "it answers, and has none of them"
                   : (asked.result.detail.empty() ? std::string(ToText(asked.result.seen))
                                                  : asked.result.detail));
  }
  for (const auto& [object, value] : asked.result.table) {
    fmt::print("   {} = {}\n", NameOf(object), ShownValue(object, value, fingerprint));
  }
}

// The same of what is asked by HTTP.
class WebWitness {
 public:
  void Note(const WebAsked& asked) {
    const std::lock_guard lock(mutex_);
    asked_.push_back(asked);
  }
  std::vector<WebAsked> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(asked_, {});
  }

 private:
  std::mutex mutex_;  // guards the one below
  std::vector<WebAsked> asked_;
};

std::string Said(const Told& told) {
  if (told.seen != Seen::kAnswered) {
    return told.detail.empty() ? std::string(ToText(told.seen)) : told.detail;
  }
  const PrinterIdentity& identity = told.answers.identity;
  return fmt::format("it says it is \"{}\", serial {}", identity.model,
                     identity.serial.empty() ? "unknown" : identity.serial);
}

// Asks by PIWS and by LEDM, as polls do; prints each question with its answer.
std::vector<ChannelTold> ExplainWeb(Ways& ways, WebWitness& witness, const PrinterAddress& address,
                                    int& number) {
  std::vector<ChannelTold> all;
  for (Channel* channel : {static_cast<Channel*>(&ways.piws), static_cast<Channel*>(&ways.ledm)}) {
    std::promise<Told> answer;
    channel->Identify(address, [&](Told told) { answer.set_value(std::move(told)); });
    all.push_back({channel->kind(), answer.get_future().get()});
    for (const WebAsked& asked : witness.Take()) {
      fmt::print("\n{}. Asked by {} for {}\n   {}\n", ++number,
                 asked.url.starts_with("https:") ? "HTTPS" : "HTTP", asked.url, asked.answer);
    }
    fmt::print("   {} in short: {}\n", channel->kind() == ChannelKind::kPiws ? "PIWS" : "LEDM",
               Said(all.back().told));
  }
  return all;
}

}  // namespace

SnmpCallback Witness::Noting(const SnmpPeer& peer, bool is_walk, std::vector<Oid> objects,
                             SnmpCallback done) {
  return [this, credentials = peer.credentials.front(), is_walk, objects = std::move(objects),
          done = std::move(done)](SnmpResult result) {
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(
          {.credentials = credentials, .is_walk = is_walk, .objects = objects, .result = result});
    }
    done(std::move(result));
  };
}

void Witness::Get(const SnmpPeer& peer, std::vector<Oid> objects, SnmpCallback done) {
  SnmpCallback noting = Noting(peer, false, objects, std::move(done));
  session_.Get(peer, std::move(objects), std::move(noting));
}

void Witness::Walk(const SnmpPeer& peer, std::vector<Oid> subtrees, SnmpCallback done) {
  SnmpCallback noting = Noting(peer, true, subtrees, std::move(done));
  session_.Walk(peer, std::move(subtrees), std::move(noting));
}

std::vector<Asked> Witness::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

Probed ProbeInTurn(
    SnmpSession& session, const PrinterAddress& address, const SearchProfile& profile,
    const std::function<void(const std::vector<Asked>& asked, const Probed& probed)>& show) {
  Witness witness(session);
  TwoContexts both(witness);  // so that the witness sees the questions to each
  Probed probed;
  for (const SnmpCredentials& credentials : profile.credentials) {
    std::promise<Probed> answer;
    Probe(both,
          {.address = address.host,
           .port = address.snmp_port,
           .credentials = {credentials},
           .timeout = profile.timeout,
           .retries = profile.read_retries()},
          [&](Probed told) { answer.set_value(std::move(told)); });
    probed = answer.get_future().get();
    show(witness.Take(), probed);
    if (probed.fingerprint.verdict != Verdict::kSilent) break;
  }
  return probed;
}

int ExplainAddress(const Arguments& arguments, const Clock& clock, const ProfileOfAddress& chosen,
                   std::map<std::string, std::string> keys) {
  SearchProfile profile = chosen.profile;
  const SweepPlan plan = PlanOf(profile);
  if (plan.options.addresses.empty()) {
    const auto& [name, why] = plan.unresolved.front();
    throw std::runtime_error(fmt::format("'{}' is no host that is known here: {}", name, why));
  }
  const HostRow& row = profile.hosts.front();
  profile.credentials = WithCommunity(row.community, std::move(profile.credentials));
  WebWitness web;
  Ways ways(profile, arguments, clock, 0,
            {.certificates = std::move(keys),
             .web = {.witness = [&web](const WebAsked& asked) { web.Note(asked); }}});
  PrinterAddress address = profile.ports;
  address.host = plan.options.addresses.front().ToText();
  address.snmp_port = row.at.port.value_or(address.snmp_port);
  fmt::print("What stands at {}{}, SNMP port {}?\nAsked with the profile {}, because {}.\n",
             address.host, row.at.is_name() ? fmt::format(" ({})", row.at.host) : "",
             address.snmp_port, profile.name, chosen.because);

  int number = 0;
  Probed probed = ProbeInTurn(
      ways.session, address, profile, [&](const std::vector<Asked>& all, const Probed& answer) {
        for (const Asked& asked : all) {
          PrintAsked(++number, asked, NameOf(asked.credentials, profile.credentials),
                     answer.fingerprint);
        }
      });

  Looked looked{.address = address, .fingerprint = std::move(probed.fingerprint), .row = row};
  Fingerprint& found = looked.fingerprint;
  if (found.verdict != Verdict::kNotAPrinter && found.verdict != Verdict::kOtherMaker) {
    std::vector<ChannelTold> told = ExplainWeb(ways, web, address, number);
    if (IsUnsettled(found)) {
      SettleByWeb(looked, std::move(told), ways.profiles);
    } else {
      looked.told = std::move(told);
      if (found.verdict == Verdict::kLargeFormat) TakeIdentity(looked, ways.profiles);
    }
  }

  fmt::print("\nThe rules, in order\n");
  int rule = 0;
  for (const Fingerprint::Step& step : found.steps) {
    fmt::print("   {}. {}  {}: {}\n", ++rule, step.question, step.is_so ? "yes" : "no",
               step.because);
  }
  if (rule == 0) fmt::print("   none was needed: {}\n", found.rule);
  for (const auto& [name, text] : found.texts) fmt::print("   text {}: \"{}\"\n", name, text);
  fmt::print("\nVerdict: {}, because {}.\n", ToText(found.verdict), found.rule);
  if (!found.model.empty()) {
    fmt::print("It says it is {}, serial {}, product {}, firmware {}\n", found.model,
               found.serial.empty() ? "unknown" : found.serial,
               found.product.empty() ? "unknown" : found.product,
               found.firmware.empty() ? "unknown" : found.firmware);
  }
  fmt::print("Not what you expected? {}\n", AdviceFor(found));
  return found.verdict == Verdict::kSilent ? 1 : 0;
}

}  // namespace plotmeter
