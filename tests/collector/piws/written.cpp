#include "tests/collector/piws/written.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/paths.h"

namespace plotmeter {
namespace {

std::string Path(const std::string& name) { return SOURCE_ROOT "/tests/golden/piws/" + name; }

class Line {
 public:
  explicit Line(std::string first) : text_(std::move(first)) {}
  Line& Add(std::string_view what, const std::optional<std::string>& value) {
    if (value) text_ += fmt::format(" {}=[{}]", what, *value);
    return *this;
  }
  Line& Add(std::string_view what, const std::optional<Quantity>& value) {
    if (value) text_ += fmt::format(" {}={} {}", what, value->value.text(), value->unit);
    return *this;
  }
  Line& Add(std::string_view what, const std::optional<Decimal>& value) {
    if (value) text_ += fmt::format(" {}={}", what, value->text());
    return *this;
  }
  Line& Add(std::string_view what, const std::optional<std::int64_t>& value) {
    if (value) text_ += fmt::format(" {}={}", what, *value);
    return *this;
  }
  Line& Add(std::string_view what, const std::optional<bool>& value) {
    if (value) text_ += fmt::format(" {}={}", what, *value);
    return *this;
  }
  Line& Add(std::string_view what, const std::optional<Instant>& value) {
    if (value) text_ += fmt::format(" {}={}", what, FormatInstant(*value));
    return *this;
  }
  std::string End() { return text_ + "\n"; }

 private:
  std::string text_;
};

std::string Written(const Trait& t) {
  return Line("trait " + t.trait)
      .Add("of", t.part)
      .Add("value", std::optional(t.value))
      .Add("unit", t.unit.empty() ? std::nullopt : std::optional(t.unit))
      .End();
}

}  // namespace

std::string Written(const JobRecord& j) {
  std::string text = Line("job " + j.job)
                         .Add("client", j.client_job)
                         .Add("name", j.name)
                         .Add("element", j.element)
                         .Add("status_raw", std::optional(j.status_raw))
                         .End();
  text += Line("  " + j.type + ", " + j.status)
              .Add("revision", std::optional(std::int64_t{j.revision}))
              .Add("channel", std::optional(std::string(ToText(j.channel))))
              .Add("seen", std::optional(j.seen_at))
              .Add("offset_ms", j.clock_offset_ms)
              .Add("submitted", j.submitted)
              .Add("started", j.started)
              .Add("finished", j.finished)
              .End();
  text += Line(" ")
              .Add("pages", j.pages)
              .Add("printed_pages", j.printed_pages)
              .Add("copies", j.copies)
              .Add("printed_copies", j.printed_copies)
              .Add("width", j.page_width)
              .Add("height", j.page_height)
              .Add("quality", j.quality)
              .Add("economode", j.economode)
              .Add("maximum_detail", j.maximum_detail)
              .Add("gray", j.gray_coverage)
              .Add("color", j.color_coverage)
              .End();
  text += Line(" ")
              .Add("media", j.media)
              .Add("media_name", j.media_name)
              .Add("source", j.media_source)
              .Add("area", j.area)
              .Add("length", j.length)
              .End();
  for (const InkUse& use : j.ink) {
    text += Line("  ink").Add(use.colorant, std::optional(use.amount)).End();
  }
  for (const Trait& trait : j.traits) text += "  " + Written(trait);
  return text;
}

std::string Written(const Answers& a) {
  const PrinterIdentity& id = a.identity;
  std::string text = fmt::format("printer [{}] [{}] [{}] [{}] [{}]\n", id.manufacturer, id.serial,
                                 id.product, id.model, id.firmware);
  text += Line("state").Add("is", a.state).Add("uptime", a.uptime).End();
  for (const MeterValue& m : a.meters) {
    text += Line("meter " + m.meter)
                .Add("colorant", m.colorant)
                .Add("media", m.media)
                .Add("value", std::optional(m.value))
                .Add("source", std::optional(m.source))
                .End();
  }
  for (const Supply& s : a.supplies) {
    text += Line("supply " + s.supply)
                .Add("kind", s.kind)
                .Add("colorant", s.colorant)
                .Add("description", s.description)
                .Add("level", s.level)
                .Add("capacity", s.capacity)
                .Add("percent", s.percent)
                .Add("remark", s.remark)
                .Add("state", s.state)
                .Add("part", s.part_number)
                .Add("serial", s.serial)
                .Add("installed", s.installed)
                .Add("expires", s.expires)
                .Add("warranty", s.warranty)
                .Add("until", s.warranty_until)
                .End();
  }
  for (const LoadedMedia& m : a.media) {
    text += Line("media " + m.input)
                .Add("kind", m.kind)
                .Add("id", m.media)
                .Add("name", m.name)
                .Add("width", m.width)
                .Add("length", m.length)
                .Add("length_left", m.length_left)
                .End();
  }
  for (const Trait& trait : a.traits) text += Written(trait);
  if (!a.alerts) text += "alerts: no statement\n";
  if (a.alerts && a.alerts->empty()) text += "alerts: none\n";
  for (const Alert& alert : a.alerts.value_or(std::vector<Alert>{})) {
    text +=
        Line(fmt::format("alert {} {} code=[{}]", alert.key, ToText(alert.severity), alert.code))
            .Add("text", alert.text)
            .Add("part", alert.part)
            .End();
  }
  for (const JobRecord& job : a.jobs) text += Written(job);
  for (const std::string& remark : a.remarks) text += "remark " + remark + "\n";
  return text;
}

std::string Golden(const std::string& name) {
  std::ifstream in(Path(name), std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void ExpectGolden(const std::string& name, const std::string& text) {
  const char* mode = std::getenv("PLOTMETER_GOLDEN");
  if (mode != nullptr && std::string(mode) == "write") std::ofstream(Path(name)) << text;
  EXPECT_EQ(Golden(name), text) << "in " << Path(name);
}

}  // namespace plotmeter
