#include "portal/alerts/message.h"

#include <fmt/format.h>

#include "common/crypto.h"
#include "common/json.h"

namespace plotmeter {
namespace {

std::string TextIn(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string NameIn(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() ? TextIn(*found, "name") : std::string();
}

// "HP DesignJet Z9 24in CN9541H01M", "collector PC-07"; empty: it is of neither.
std::string SubjectOf(const Json& incident) {
  if (const auto printer = incident.find("printer"); printer != incident.end()) {
    const std::string model = TextIn(*printer, "model");
    const std::string serial = TextIn(*printer, "serial");
    if (model.empty() && serial.empty()) return TextIn(*printer, "id");
    return model.empty() ? serial : serial.empty() ? model : model + " " + serial;
  }
  const std::string collector = NameIn(incident, "collector");
  return collector.empty() ? "" : "collector " + collector;
}

// "HP DesignJet Z9 CN9541H01M: magenta: 9 % left"
std::string Headline(const Json& incident) {
  const std::string subject = SubjectOf(incident);
  const std::string what = TextIn(incident, "what");
  const bool says_it = what.find(subject) != what.npos;
  return subject.empty() || says_it ? what : subject + ": " + what;
}

std::string Where(const Json& incident) {
  const std::string site = NameIn(incident, "site");
  const std::string customer = NameIn(incident, "customer");
  if (customer.empty()) return "";
  return site.empty() ? customer : customer + ", " + site;
}

void Line(std::string& text, const char* name, const std::string& value) {
  if (!value.empty()) text += fmt::format("{:<14}{}\n", name, value);
}

std::string IncidentText(const Json& incident, const MailFrame& frame) {
  std::string text = Headline(incident) + "\n\n";
  Line(text, "Where", Where(incident));
  Line(text, "Severity", TextIn(incident, "severity"));
  Line(text, "Since", TextIn(incident, "since"));
  Line(text, "Raised", TextIn(incident, "raised_at"));
  Line(text, "Over since", TextIn(incident, "cleared_at"));
  Line(text, "Incident", TextIn(incident, "id"));
  Line(text, "Portal", frame.portal);
  return text;
}

std::string SubjectLine(const std::string& what, const Json& incident) {
  const std::string headline = Headline(incident);
  if (what == "cleared") return "[Plotmeter] over: " + headline;
  if (what == "reminded") return "[Plotmeter] still: " + headline;
  return fmt::format("[Plotmeter] {}: {}", TextIn(incident, "severity"), headline);
}

std::string DigestText(const Json& digest, const MailFrame& frame) {
  const Json& open = digest.at("open");
  const Json& cleared = digest.at("cleared");
  std::string text = fmt::format("From {} to {}\n\n", TextIn(digest, "from"), TextIn(digest, "to"));
  const auto list = [&](const Json& rows, const char* time_name, const char* time) {
    for (const Json& row : rows) {
      text += fmt::format("  {:<9} {}\n", TextIn(row, "severity"), Headline(row));
      const std::string where = Where(row);
      text += fmt::format("            {}{}{} {}, {}\n", where, where.empty() ? "" : "; ",
                          time_name, TextIn(row, time), TextIn(row, "id"));
    }
  };
  text += fmt::format("Open: {}{}\n", open.size(), digest.at("more") == true ? " and more" : "");
  list(open, "since", "since");
  text += fmt::format("\nOver: {}\n", cleared.size());
  list(cleared, "until", "cleared_at");
  if (!frame.portal.empty()) text += "\nPortal        " + frame.portal + "\n";
  return text;
}

std::string LinkText(const Delivery& delivery, const MailFrame& frame) {
  const bool is_invitation = delivery.what == "invite";
  std::string text =
      is_invitation
          ? "You have been invited to a Plotmeter portal. With this link you choose a password, "
            "once, within seven days:\n\n"
          : "With this link you choose another password for your account at a Plotmeter portal, "
            "once, within a day. If you asked nobody for it, tell your administrator:\n\n";
  text += "  " + frame.link.Reveal() + "\n\n";
  const std::string portal = frame.portal.empty() ? "https://PORTAL" : frame.portal;
  text += fmt::format(
      "Hand it to nobody. It goes to {0}/api/v1/links/accept:\n\n"
      "  curl -H 'Content-Type: application/json' -d '{{\"link\":\"{1}\",\"password\":\"…\"}}' "
      "{0}/api/v1/links/accept\n",
      portal, frame.link.Reveal());
  return text;
}

}  // namespace

Mail MailOf(const Delivery& delivery, const MailFrame& frame) {
  Mail mail{.to = delivery.address, .id = delivery.id, .at = delivery.made_at};
  if (delivery.what == "invite" || delivery.what == "reset") {
    mail.subject = delivery.what == "invite" ? "Your invitation to Plotmeter"
                                             : "Another password for Plotmeter";
    mail.text = LinkText(delivery, frame);
    return mail;
  }
  if (delivery.what == "test") {
    mail.subject = "[Plotmeter] a test";
    mail.text = "Somebody asked the portal whether mail reaches you. It does.\n";
    if (!frame.portal.empty()) mail.text += "\nPortal        " + frame.portal + "\n";
    return mail;
  }
  const Json body = ParseJson(delivery.body);
  if (delivery.what == "digest") {
    mail.subject = fmt::format("[Plotmeter] {} open, {} over", body.at("open").size(),
                               body.at("cleared").size());
    mail.text = DigestText(body, frame);
    return mail;
  }
  mail.subject = SubjectLine(delivery.what, body);
  mail.text = IncidentText(body, frame);
  return mail;
}

std::string SignatureOf(const Secret& secret, const std::string& timestamp,
                        const std::string& body) {
  std::string text = "v1=";
  for (const char byte : HmacSha256Of(secret.Reveal(), {timestamp, ".", body})) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

FetchRequest WebhookOf(const Delivery& delivery, const Secret& secret, Instant now) {
  const bool is_alone = delivery.what == "digest" || delivery.what == "test";
  Json json = {{"delivery", delivery.id},
               {"event", is_alone ? delivery.what : "incident." + delivery.what},
               {"at", FormatInstant(delivery.at)}};
  if (delivery.what == "digest") json["digest"] = ParseJson(delivery.body);
  if (!is_alone) json["incident"] = ParseJson(delivery.body);
  FetchRequest request{.url = delivery.address,
                       .method = FetchRequest::Method::kPost,
                       .content_type = "application/json",
                       .body = JsonText(json),
                       .max_bytes = std::size_t{64} << 10,
                       .deadline = std::chrono::seconds(10)};
  const std::string timestamp = std::to_string(ToMillis(now) / 1000);
  request.headers = {{"Plotmeter-Delivery", delivery.id},
                     {"Plotmeter-Timestamp", timestamp},
                     {"Plotmeter-Signature", SignatureOf(secret, timestamp, request.body)}};
  return request;
}

}  // namespace plotmeter
