#include "collector/piws/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "collector/piws/said.h"
#include "collector/piws/trade_words.h"

namespace plotmeter {
namespace {

constexpr TraitElement kOfStatus[] = {{"HoldReason", "hold-reason"}};
constexpr TraitElement kOfSettings[] = {{"PrintingOrder", "page-order"},
                                        {"CollateType", "collate"}};
constexpr TraitElement kOfPages[] = {{"Rotation", "rotation"}, {"FoldingStyle", "folding"}};
constexpr TraitElement kConflict = {"ConflictMask", "conflict"};

// What a job of another kind is called, unless that may be somebody's name: in a queue keyed by
// names the key is the element.
std::string ElementName(const Node& job) {
  std::string name = job.name;  // "Job2DScan" is a scan
  for (const std::string_view dimensions : {"2D", "3D"}) {
    if (const std::size_t at = name.find(dimensions); at != name.npos) name.erase(at, 2);
  }
  return IsOfTheTrade(TradeWords(name)) ? job.name : "unknown";
}

bool IsOneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

// The exact sum, with as many decimals as the finer of the two has; empty when it does not fit.
std::optional<Decimal> Sum(const Decimal& a, const Decimal& b) {
  const int decimals = std::max(a.decimals(), b.decimals());
  std::int64_t total = 0;
  for (const Decimal* part : {&a, &b}) {
    const auto digits = DigitsAt(*part, decimals);
    if (!digits || __builtin_add_overflow(total, *digits, &total)) return std::nullopt;
  }
  std::string text = fmt::format("{:0{}}", total, decimals + 1);
  if (decimals > 0) text.insert(text.size() - static_cast<std::size_t>(decimals), ".");
  return Decimal::Parse(text);
}

// Adds up amounts of one unit. Once two do not go together, the sum is unknown.
class Total {
 public:
  void Add(const std::optional<Quantity>& part) {
    if (!part || part->value.is_zero() || broken_) return;
    if (!sum_) {
      sum_ = part;
      return;
    }
    const auto value = sum_->unit == part->unit ? Sum(sum_->value, part->value) : std::nullopt;
    broken_ = !value;
    if (value) sum_->value = *value;
  }
  // A part is there that cannot be read: what the others come to is not the sum.
  void Lose() { broken_ = true; }
  std::optional<Quantity> sum() const { return broken_ ? std::nullopt : sum_; }

 private:
  std::optional<Quantity> sum_;
  bool broken_ = false;
};

std::vector<const Node*> MediaConsumptions(const Node& accounting) {
  return accounting["MediaCollectionConsumption"].All("MediaConsumption");
}

// Printers hold the place of an amount they do not know with 0; what cannot be read may have been
// one.
bool SaysUse(const Node& media, std::string_view amount) {
  if (media[amount].empty()) return false;
  const auto said = media.Amount(amount);
  return !said || !said->value.is_zero();
}

bool SaysUse(const std::vector<InkUse>& ink) {
  return std::ranges::any_of(ink, [](const InkUse& use) { return !use.amount.value.is_zero(); });
}

// One entry a colorant and unit, in the order of first mention.
std::vector<InkUse> Merged(const std::vector<InkUse>& parts) {
  std::vector<InkUse> merged;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const InkUse& part : parts) {
    const auto [place, is_new] =
        places.try_emplace({part.colorant, part.amount.unit}, merged.size());
    Quantity* same = is_new ? nullptr : &merged[place->second].amount;
    const auto sum = same != nullptr ? Sum(same->value, part.amount.value) : std::nullopt;
    if (sum) {
      same->value = *sum;
    } else {
      merged.push_back(part);
    }
  }
  return merged;
}

// True for "2D7A…-…": the client's id is its own text, and only what is plainly an id is one.
bool IsId(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-' || c == '{' || c == '}';
  });
}

// What all pages say alike; empty where they differ or none says it.
template <typename Read>
auto Alike(const std::vector<const Node*>& pages, Read read) -> decltype(read(*pages.front())) {
  decltype(read(*pages.front())) alike;
  for (const Node* page : pages) {
    const auto said = read(*page);
    if (page != pages.front() && said != alike) return std::nullopt;
    alike = said;
  }
  return alike;
}

// Of an element nobody has seen: only what its name says plainly.
std::string TypeByName(const std::string& element) {
  const std::string name = Lower(element);
  const bool scan = name.find("scan") != std::string::npos;
  const bool copy = name.find("copy") != std::string::npos;
  if (scan == copy) return "unknown";
  return scan ? "scan" : "copy";
}

constexpr std::size_t kMaxInks = 100;
constexpr std::size_t kMaxJobs = 10'000;

class Job {
 public:
  Job(const Node& job, const JobQueueContext& context, std::set<std::string>& odd)
      : job_(job), context_(context), odd_(odd), pages_(job["Pages"].All("Page")) {}

  JobRecord Read() {
    const Node& settings = job_["Settings"];
    const Node& accounting = job_["Accounting"];
    record_.job = job_.Text("UUID").value_or("");
    record_.channel = ChannelKind::kPiws;
    record_.seen_at = context_.seen_at;
    const std::string client_job = Lower(settings.Text("JobUUID").value_or(""));
    if (IsId(client_job)) record_.client_job = client_job;
    record_.name = settings.Text("JobName");
    // ArrivalTimestamp, because SubmissionTimestamp is the client's local time with a Z behind it.
    record_.submitted = accounting.Time("ArrivalTimestamp");
    record_.started = accounting.Time("PrintingTimestamp");
    record_.finished = accounting.Time("CompletionTimestamp");
    record_.copies = settings.Count("RequestedCopies");
    const auto pages = job_["Pages"].Count("NumberOfPages");
    if (pages && *pages > 0) record_.pages = pages;
    ReadType();
    ReadStatus();
    ReadPages();
    ReadMedia(accounting);
    ReadInk(accounting);
    ReadTraits();
    return std::move(record_);
  }

 private:
  void ReadType() {
    if (job_.name != "Job2DPrint") {
      record_.element = ElementName(job_);
      record_.type = TypeByName(job_.name);
      return;
    }
    const std::string type = Lower(job_.Text("Type").value_or("print"));
    if (IsOneOf(type, {"print", "scan", "copy"})) record_.type = type;
  }

  void ReadStatus() {
    const Node& status = job_["Status"];
    const Node& progress = job_["Progress"];
    JobProgress seen{.job_status = status.Text("JobStatus").value_or(""),
                     .completion_status = status.Text("CompletionStatus").value_or(""),
                     .started = record_.started.has_value(),
                     .finished = record_.finished.has_value()};
    const auto pages = progress.Count("NumberOfPrintedPages");
    const auto copies = progress.Count("NumberOfPrintedCopies");
    seen.printed_pages = pages.value_or(0);
    record_.status = JobStatusOf(seen);
    record_.status_raw = seen.job_status + "/" + seen.completion_status;
    // What comes to its end has run, also by a printer without a clock. Deleted and cancelled are
    // no such words: jobs that never ran have them too, and may say what they would have used.
    const bool ended = seen.job_status == "Completed" && seen.completion_status != "Cancelled";
    has_run_ = ended || seen.started || seen.finished || seen.printed_pages > 0;
    // A 0 is true while it prints; afterwards it is what a job has that lost its account.
    if (seen.printed_pages > 0 || record_.status == "printing") {
      record_.printed_pages = pages;
      record_.printed_copies = copies;
    }
  }

  void ReadPages() {
    if (pages_.empty()) return;
    const auto setting = [this](const char* name) {
      return Alike(pages_, [&](const Node& page) { return page["Settings"].Text(name); });
    };
    const auto flag = [this](const char* name) {
      return Alike(pages_, [&](const Node& page) { return page["Settings"].Flag(name); });
    };
    const auto side = [this](const char* name) {
      auto size = Alike(
          pages_, [&](const Node& page) { return page["Settings"]["PageSize"].Amount(name); });
      return size && size->value.digits() > 0 ? size : std::nullopt;
    };
    record_.page_width = side("Width");
    record_.page_height = side("Height");
    record_.quality = setting("PrintQuality");
    record_.economode = flag("EconomodeOn");
    record_.maximum_detail = flag("MaximumDetailOn");
    record_.media_source = Alike(pages_, [](const Node& page) {
      const auto used = page["Accounting"].Text("MediaSourceUsed");
      return used ? used : page["Settings"].Text("MediaSource");
    });
    if (!has_run_) return;
    const auto coverage = [this](const char* name) {
      return Alike(pages_, [&](const Node& page) { return page["Accounting"][name].Number(); });
    };
    const auto gray = coverage("GrayPixelCoverage");
    const auto color = coverage("ColorPixelCoverage");
    if ((gray && !gray->is_zero()) || (color && !color->is_zero())) {
      record_.gray_coverage = gray;
      record_.color_coverage = color;
    }
  }

  // A paper by its id; nothing stands for one that is not named.
  using Papers = std::set<std::optional<std::string>>;

  void ReadMedia(const Node& accounting) {
    Papers papers;
    const auto area = Used(accounting, "SquareAmount", papers);
    const auto length = Used(accounting, "LinearAmount", papers);
    if (has_run_) {
      record_.area = area;
      record_.length = length;
    }
    if (papers.empty()) papers = PapersWanted(accounting);
    if (papers.size() == 1) {
      record_.media = *papers.begin();
    } else {
      SayPapers(papers);
    }
    const auto name = context_.papers.find(record_.media.value_or(""));
    if (name != context_.papers.end()) record_.media_name = name->second;
  }

  // Of one amount: the sum of the job's own account, and of its pages' where the job's says none.
  // `papers` are those of which some was used.
  std::optional<Quantity> Used(const Node& accounting, std::string_view amount, Papers& papers) {
    Total own;
    bool says = false;
    for (const Node* media : MediaConsumptions(accounting)) {
      AddPart(*media, amount, own);
      if (!SaysUse(*media, amount)) continue;
      says = true;
      const auto paper = media->Text("PaperId");
      papers.insert(paper ? paper : PaperOfPages());
    }
    if (says) return own.sum();
    Total of_pages;
    for (const Node* page : pages_) {
      for (const Node* media : MediaConsumptions((*page)["Accounting"])) {
        AddPart(*media, amount, of_pages);
        if (SaysUse(*media, amount)) papers.insert(PaperOf(*media, *page));
      }
    }
    return of_pages.sum();
  }

  static std::optional<std::string> PaperOf(const Node& media, const Node& page) {
    const auto paper = media.Text("PaperId");
    return paper ? paper : page["Settings"].Text("MediaType");
  }

  std::optional<std::string> PaperOfPages() const {
    if (pages_.empty()) return std::nullopt;
    return Alike(pages_, [](const Node& page) { return page["Settings"].Text("MediaType"); });
  }

  // Where nothing says that any paper was used.
  Papers PapersWanted(const Node& accounting) const {
    Papers papers;
    for (const Node* media : MediaConsumptions(accounting)) {
      if (auto paper = media->Text("PaperId")) papers.insert(std::move(paper));
    }
    if (!papers.empty()) return papers;
    for (const Node* page : pages_) {
      const auto parts = MediaConsumptions((*page)["Accounting"]);
      if (parts.empty()) papers.insert((*page)["Settings"].Text("MediaType"));
      for (const Node* media : parts) papers.insert(PaperOf(*media, *page));
    }
    return papers;
  }

  // Several papers are no paper of the whole, whose area one of them would be billed with.
  void SayPapers(const Papers& papers) {
    Trait trait{.trait = "medium-type"};
    for (const auto& paper : papers) {
      if (paper) AddToList(*paper, trait.value);
    }
    if (papers.size() - papers.count(std::nullopt) > 1) record_.traits.push_back(std::move(trait));
  }

  void AddPart(const Node& media, std::string_view child, Total& total) {
    const auto part = Known(media, child);
    total.Add(part);
    if (!part && !media[child].empty()) total.Lose();
  }

  void ReadInk(const Node& accounting) {
    if (!has_run_) return;
    std::vector<InkUse> ink;
    AddInk(accounting, ink);
    // Nothing prints without ink: nothing but zeros is an account that was lost.
    if (!SaysUse(ink)) {
      ink.clear();
      for (const Node* page : pages_) AddInk((*page)["Accounting"], ink);
    }
    if (!SaysUse(ink)) return;
    record_.ink = Merged(ink);
    if (record_.ink.size() > kMaxInks) {  // a part of them would be taken for all
      record_.ink.clear();
      odd_.insert("more inks than any printer has");
    }
  }

  void AddInk(const Node& accounting, std::vector<InkUse>& ink) {
    for (const Node* use : accounting["InkCollectionConsumption"].All("InkConsumption")) {
      const auto name = use->Text("InkName");
      const auto amount = Known(*use, "Amount");
      if (name && amount) ink.push_back({Lower(*name), *amount});
    }
  }

  void ReadTraits() {
    SayTraits(job_["Settings"], kOfSettings, {}, record_.traits);
    SayTraits(job_["Status"], kOfStatus, {}, record_.traits);
    if (auto conflict = TraitIn(job_["Status"], kConflict); conflict && conflict->value != "0") {
      record_.traits.push_back(*std::move(conflict));
    }
    if (pages_.empty()) return;
    for (const TraitElement& one : kOfPages) {
      auto trait = Alike(pages_, [&](const Node& page) { return TraitIn(page["Settings"], one); });
      if (trait) record_.traits.push_back(*std::move(trait));
    }
    const auto destination = Alike(pages_, [](const Node& page) {
      const auto used = TraitIn(page["Accounting"], {"MediaDestinationUsed", "destination"});
      return used ? used : TraitIn(page["Settings"], {"MediaDestination", "destination"});
    });
    if (destination) record_.traits.push_back(*destination);
  }

  // An amount that can be true; something else there is worth a remark.
  std::optional<Quantity> Known(const Node& node, std::string_view child) {
    auto amount = node.Amount(child);
    if (amount && amount->value.digits() >= 0) return amount;
    if (!node[child].empty()) odd_.insert(fmt::format("{} cannot be read", child));
    return std::nullopt;
  }

  const Node& job_;
  const JobQueueContext& context_;
  std::set<std::string>& odd_;
  std::vector<const Node*> pages_;
  JobRecord record_;
  bool has_run_ = false;
};

// The elements that are jobs: Jobs/Job/Job2DPrint, or Jobs/Job2DPrint where a writer of JSON saved
// a step.
std::vector<const Node*> JobElements(const Node& snapshot) {
  std::vector<const Node*> found;
  for (const Node* jobs : snapshot.All("Jobs")) {
    for (const Node& job : jobs->children) {
      if (job.name != "Job") {
        found.push_back(&job);
        continue;
      }
      for (const Node& element : job.children) found.push_back(&element);
    }
  }
  return found;
}

}  // namespace

std::optional<std::string> QueueId(const Node& document) {
  const Node& root = document["JobQueueCollection"];
  std::vector<const Node*> queues = root.All("Queue");
  if (queues.empty()) queues = root.All("JobQueue");
  for (const Node* queue : queues) {
    if (Lower(queue->Text("Type").value_or("print")) != "print") continue;
    std::string uri = queue->Text("URI").value_or("");
    while (uri.ends_with('/')) uri.pop_back();
    std::string id = uri.substr(uri.rfind('/') + 1);
    const bool plain = std::ranges::all_of(id, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (!id.empty() && plain) return id;
  }
  return std::nullopt;
}

std::string_view JobStatusOf(const JobProgress& p) {
  if (IsOneOf(p.job_status, {"Paused", "Held"})) return "held";
  if (IsOneOf(p.job_status, {"WaitingToPrint", "Pending", "Processing"})) return "pending";
  if (IsOneOf(p.job_status, {"Printing", "Active"})) return "printing";
  if (IsOneOf(p.job_status, {"Failed", "Aborted", "Error"})) return "failed";
  const bool cancelled = IsOneOf(p.job_status, {"Cancelled", "Deleted"}) ||
                         (p.job_status == "Completed" && p.completion_status == "Cancelled");
  if (cancelled) {
    if (p.printed_pages > 0) return p.finished ? "printed" : "unknown";
    // A deleted job loses its accounting: one that had run may have printed.
    return p.job_status == "Deleted" && (p.started || p.finished) ? "unknown" : "cancelled";
  }
  return p.job_status == "Completed" && p.finished ? "printed" : "unknown";
}

std::optional<JobQueue> ReadJobQueue(const Node& document, const JobQueueContext& context) {
  if (!document.Has("JobQueueSnapshot")) return std::nullopt;
  const Node& snapshot = document["JobQueueSnapshot"];
  const auto timestamp = snapshot.Time("Timestamp");
  std::optional<std::int64_t> offset = context.clock_offset_ms;
  if (timestamp) {
    offset = (context.seen_at - *timestamp).count();
  } else if (!offset && context.date && *context.date >= kClocksFrom) {
    offset = (context.seen_at - *context.date).count();
  }
  JobQueue queue{.says_time = timestamp.has_value()};
  std::set<std::string> ids;
  std::set<std::string> odd;
  for (const Node* element : JobElements(snapshot)) {
    if ((*element)["Settings"].empty() && (*element)["Status"].empty()) continue;
    if (element->name != "Job2DPrint") odd.insert("jobs called " + ElementName(*element));
    JobRecord record = Job(*element, context, odd).Read();
    if (record.job.empty()) {
      odd.insert("a job without UUID");
      continue;
    }
    if (!ids.insert(record.job).second) continue;
    record.clock_offset_ms = offset;
    queue.jobs.push_back(std::move(record));
    if (queue.jobs.size() > kMaxJobs) break;
  }
  for (const auto& what : odd) queue.remarks.push_back("job queue: " + what);
  return queue;
}

}  // namespace plotmeter
