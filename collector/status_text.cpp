#include "collector/status_text.h"

#include <algorithm>
#include <vector>

#include "common/json_string.h"

namespace plotmeter {
namespace {

void Put(std::string& out, const std::string& text) {
  text.empty() ? void(out += "null") : AppendJsonString(out, text);
}

void Put(std::string& out, const std::optional<Instant>& at) {
  if (!at) return Put(out, std::string());
  out += '"';
  AppendInstant(out, *at);
  out += '"';
}

// Takes one thing after the other off the front of a text; not good any more once one was missing.
class Taker {
 public:
  explicit Taker(std::string_view text) : text_(text) {}

  bool is_good() const { return is_good_; }
  std::string_view rest() const { return text_; }

  bool Has(std::string_view literal) {
    if (!text_.starts_with(literal)) return false;
    text_.remove_prefix(literal.size());
    return true;
  }
  void Pass(std::string_view literal) { is_good_ = is_good_ && Has(literal); }
  std::string Text() {
    Pass("\"");
    const std::size_t end = std::min(text_.find('"'), text_.size());
    const std::string_view text = text_.substr(0, end);
    const auto is_plain = [](char c) { return c >= ' ' && c < '\x7f' && c != '\\'; };
    is_good_ = is_good_ && std::ranges::all_of(text, is_plain);
    text_.remove_prefix(end);
    Pass("\"");
    return std::string(text);
  }
  std::string MaybeText() { return Has("null") ? std::string() : Text(); }
  std::optional<Instant> MaybeInstant() { return ParseInstant(MaybeText()); }
  bool Bool() {
    if (Has("true")) return true;
    Pass("false");
    return false;
  }
  std::vector<std::string> Texts() {
    std::vector<std::string> texts;
    Pass("[");
    while (is_good_ && !Has("]")) {
      if (!texts.empty()) Pass(",");
      texts.push_back(Text());
    }
    return texts;
  }

 private:
  std::string_view text_;
  bool is_good_ = true;
};

}  // namespace

void AppendStatus(std::string& out, const std::string& address, const PrinterStatus& status) {
  std::optional<Instant> last_kept;
  if (status.last_kept) last_kept = status.last_kept->wall;
  out += R"({"address":)";
  AppendJsonString(out, address);
  out += status.asleep ? R"(,"asleep":true,"last_error":)" : R"(,"asleep":false,"last_error":)";
  Put(out, status.last_error);
  out += R"(,"last_kept":)";
  Put(out, last_kept);
  out += R"(,"last_success":)";
  Put(out, status.last_success);
  out += R"(,"model":)";
  Put(out, status.model);
  out += R"(,"remarks":[)";
  for (const std::string& remark : status.remarks) {
    if (&remark != status.remarks.data()) out += ',';
    AppendJsonString(out, remark);
  }
  out += R"(],"serial":)";
  Put(out, status.serial);
  out += '}';
}

std::optional<std::pair<std::string, PrinterStatus>> TakeStatus(std::string_view& text) {
  Taker in(text);
  std::pair<std::string, PrinterStatus> taken;
  auto& [address, status] = taken;
  in.Pass(R"({"address":)");
  address = in.Text();
  in.Pass(R"(,"asleep":)");
  status.asleep = in.Bool();
  in.Pass(R"(,"last_error":)");
  status.last_error = in.MaybeText();
  in.Pass(R"(,"last_kept":)");
  if (const auto kept = in.MaybeInstant()) status.last_kept = {.wall = *kept};
  in.Pass(R"(,"last_success":)");
  status.last_success = in.MaybeInstant();
  in.Pass(R"(,"model":)");
  status.model = in.MaybeText();
  in.Pass(R"(,"remarks":)");
  status.remarks = in.Texts();
  in.Pass(R"(,"serial":)");
  status.serial = in.MaybeText();
  in.Pass("}");
  in.Has(",");
  if (!in.is_good()) return std::nullopt;
  text = in.rest();
  return taken;
}

}  // namespace plotmeter
