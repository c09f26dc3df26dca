#include "collector/uplink/proxy.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "common/settings.h"

namespace plotmeter {
namespace {

constexpr std::string_view kScheme = "http://";

bool Exempt(const std::string& no_proxy, const std::string& host) {
  std::istringstream items(no_proxy);
  for (std::string item; std::getline(items, item, ',');) {
    std::erase(item, ' ');
    if (item.empty()) continue;
    if (item == "*" || item == host) return true;
    const std::string suffix = item.front() == '.' ? item : "." + item;
    if (host.ends_with(suffix)) return true;
  }
  return false;
}

std::string Unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr ==
            text.data() + i + 3) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Proxy Parse(const std::string& name, std::string text) {
  if (text.find("://") == std::string::npos) text = std::string(kScheme) + text;
  while (text.ends_with('/')) text.pop_back();
  if (!text.starts_with(kScheme) || text.size() == kScheme.size() ||
      text.find_first_of(" \t\r\n?#", 0) != std::string::npos) {
    throw UsageError(
        fmt::format("'{}' is '{}'; expected an address such as http://proxy.example:3128 (TLS to "
                    "the portal goes through it untouched)",
                    name, WithoutCredentials(text)));
  }
  Proxy proxy;
  std::string rest = text.substr(kScheme.size());
  if (const std::size_t at = rest.rfind('@'); at != std::string::npos) {
    const std::string credentials = rest.substr(0, at);
    const std::size_t colon = credentials.find(':');
    proxy.user = Unescaped(credentials.substr(0, colon));
    if (colon != std::string::npos)
      proxy.password = Secret(Unescaped(credentials.substr(colon + 1)));
    rest = rest.substr(at + 1);
  }
  proxy.address = std::string(kScheme) + rest;
  return proxy;
}

}  // namespace

std::string WithoutCredentials(const std::string& text) {
  const std::size_t at = text.rfind('@');
  return at == std::string::npos ? text : "…" + text.substr(at);
}

std::optional<Proxy> ChooseProxy(const ProxyWishes& wishes, const std::string& host) {
  if (!wishes.setting.empty()) return Parse("proxy", wishes.setting);
  if (wishes.https_proxy.empty() || Exempt(wishes.no_proxy, host)) return {};
  return Parse("https_proxy", wishes.https_proxy);
}

}  // namespace plotmeter
