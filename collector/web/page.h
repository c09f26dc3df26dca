// What an answer of a printer's web server says about the resource that was asked for. Pure.

#pragma once

#include <string>

#include "collector/xml/document.h"
#include "common/http/fetch.h"

namespace plotmeter {

enum class PageSeen {
  kRead,         // a document
  kAbsent,       // 404 and other refusals to know it; redirects to a web page too
  kAsleep,       // 503
  kCredentials,  // 401, 403
  kChanged,      // another certificate than the remembered one
  kUnreadable,   // too large, not HTTP, no TLS, not a document
  kSilent,       // unreachable, no answer in time
};

struct Page {
  PageSeen seen = PageSeen::kSilent;
  Node document = {};       // with kRead
  std::string detail = {};  // for people, without anything the printer sent: "HTTP 500"
  bool no_tls = false;      // nothing there that speaks TLS, as far as was seen
};

// Also reads the document. A web page (HTML) in place of a document is kAbsent: servers show one
// for what they do not have.
Page JudgePage(const FetchResult& got, const DocumentLimits& limits = {});

}  // namespace plotmeter
