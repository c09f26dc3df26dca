// The job queue of PIWS in its recorded shape. User, account and host are filled in, as they are in
// real offices: a collector must not read them.

#include <fmt/format.h>

#include "tests/simulator/piws_documents.h"

namespace plotmeter::simulator {

namespace {

using Elements = std::vector<Element>;

constexpr std::string_view kUnknownTime = "1970-01-01T00:00:00Z";  // how a printer says "never"

std::string Time(const std::optional<Instant>& instant) {
  return instant ? FormatInstant(std::chrono::floor<std::chrono::seconds>(*instant))
                 : std::string(kUnknownTime);
}

Element Inches(std::string name, std::int64_t micro_inches) {
  return {std::move(name), Elements{{"Value", SixDecimals(micro_inches)}, {"Unit", "in"}}};
}

std::string StatusText(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return "WaitingToPrint";
    case JobState::kPrinting:
      return "Printing";
    case JobState::kCompleted:
      return "Completed";
    case JobState::kCancelled:
      return "Cancelled";
    case JobState::kHeld:
      return "Held";
    case JobState::kDeleted:
      break;
  }
  return "Deleted";
}

// OK says nothing: it stands beside jobs that never ran, too.
std::string CompletionText(JobState state) {
  return state == JobState::kCancelled ? "Cancelled" : "OK";
}

// What was used by `sheets` printed pages; all pages of a job are alike.
Elements MediaConsumption(const Job& job, int sheets) {
  const JobPlan& plan = job.plan;
  return {{"PaperId", sheets > 0 ? job.paper : ""},
          {"PaperVendor", ""},
          {"SquareAmount", SixDecimals(plan.page_width * plan.page_height / 1'000'000 * sheets)},
          {"LinearAmount", SixDecimals(plan.page_height * sheets)}};
}

Element InkConsumption(const PrinterModel& model, const Job& job, int sheets) {
  Elements inks;
  for (std::size_t i = 0; sheets > 0 && i < model.inks.size(); ++i) {
    const std::int64_t nanolitres = job.plan.page_ink[i] * sheets;
    if (nanolitres == 0) continue;  // the account names only what was used
    // A nanolitre is a millionth of a cc.
    inks.push_back({"InkConsumption", Elements{{"InkName", model.inks[i].colorant},
                                               {"Amount", SixDecimals(nanolitres)}}});
  }
  return {"InkCollectionConsumption", std::move(inks)};
}

// Page `number` of the document, from 1: printed once a copy, so more often than its neighbour if a
// cancel came between.
Element Page(const PrinterModel& model, const Job& job, const std::string& uri, int number) {
  const JobPlan& plan = job.plan;
  const InputModel& input = model.inputs[plan.input];
  const int printed = job.printed_pages / plan.pages + (number <= job.printed_pages % plan.pages);
  const bool told = job.ran && model.piws.page_accounting && !plan.unaccounted;
  const int sheets = told ? printed : 0;
  const std::string paper = job.paper.empty() ? Papers().back().id : job.paper;
  return {
      "Page",
      Elements{
          {"ModificationNumber", std::to_string(job.modification)},
          {"ID", std::to_string(number)},
          {"Settings",
           Elements{{"PageSize", Elements{Inches("Width", plan.page_width),
                                          Inches("Height", plan.page_height)}},
                    {"Rotation", "0"},
                    {"PreviewFilePath", fmt::format("{}Page/{}/resources/preview", uri, number)},
                    {"Copies", std::to_string(plan.copies)},
                    {"MediaSource", input.source},
                    {"MediaDestination", "Basket"},
                    {"FoldingStyle", "Standard"},
                    {"FoldingStyleStandardConfig", "folder-selects"},
                    {"MediaType", paper},
                    {"PrintQuality", plan.quality},
                    {"EconomodeOn", plan.economode ? "true" : "false"},
                    {"MaximumDetailOn", plan.maximum_detail ? "true" : "false"}}},
          {"Status", Elements{{"PageStatus", StatusText(job.state)},
                              {"CompletionStatus", CompletionText(job.state)},
                              {"CopyIndex", "0"}}},
          {"Progress", Elements{{"ProgressPercentage", job.ran ? "100.000000" : "0.000000"},
                                {"NumberOfPrintedCopies", std::to_string(job.ran ? printed : 0)},
                                {"EstimatedPrintingTime", "0"}}},
          {"Accounting",
           Elements{{"MediaSourceUsed", input.source},
                    {"MediaDestinationUsed", "Basket"},
                    {"MediaCollectionConsumption",
                     Elements{{"MediaConsumption", MediaConsumption(job, sheets)}}},
                    InkConsumption(model, job, sheets),
                    {"GrayPixelCoverage", SixDecimals(sheets > 0 ? plan.gray_coverage : 0)},
                    {"ColorPixelCoverage", SixDecimals(sheets > 0 ? plan.color_coverage : 0)}}}}};
}

Element JobSettings(const JobPlan& plan) {
  return {"Settings", Elements{{"JobUUID", plan.client_uuid},
                               {"UserName", plan.user},
                               {"Source", "Application"},
                               {"JobName", plan.name},
                               {"Account", plan.account},
                               {"ApplicationName", ""},
                               {"ApplicationUUID", ""},
                               {"ApplicationVersion", ""},
                               {"HostName", plan.host},
                               {"PrivacyLevel", "Public"},
                               {"PDLName", "PDF"},
                               {"URL", ""},
                               {"RequestedCopies", std::to_string(plan.copies)},
                               {"PrintingOrder", "Direct"},
                               {"CollateType", "None"},
                               {"NumberOfPagesPerCopy", std::to_string(plan.pages)}}};
}

Element JobElement(const SimulatedPrinter& printer, const Job& job) {
  const PrinterModel& model = printer.model();
  const std::string uri =
      fmt::format("/LFPWebServices/PI/JQ/JobQueue/{}/Job/{}/", printer.queue_id(), job.plan.uuid);
  const bool dated = job.ran || job.state == JobState::kPrinting;
  const bool told = job.ran && model.piws.job_accounting && !job.plan.unaccounted;
  const int sheets = told && job.plan.kind != JobKind::kScan ? job.printed_pages : 0;
  // The client's clock: local time of a UTC+2 site that calls itself UTC.
  std::optional<Instant> submitted;
  if (dated) submitted = job.plan.arrives + std::chrono::hours(2) - std::chrono::seconds(7);
  Elements media;
  if (sheets > 0) media.push_back({"MediaConsumption", MediaConsumption(job, sheets)});
  Elements pages = {{"NumberOfPages", std::to_string(job.plan.pages)}};
  for (int n = 1; n <= job.plan.pages && job.plan.kind != JobKind::kScan; ++n) {
    pages.push_back(Page(model, job, uri, n));
  }
  const auto printed = std::to_string(job.ran ? job.printed_pages : 0);
  const bool print = job.plan.kind == JobKind::kPrint;
  const bool scan = job.plan.kind == JobKind::kScan;
  return {print  ? "Job2DPrint"
          : scan ? model.piws.scan_element
                 : model.piws.copy_element,
          Elements{
              {"ModificationNumber", std::to_string(job.modification)},
              {"URI", uri},
              {"Type", print  ? "Print"
                       : scan ? "Scan"
                              : "Copy"},
              {"UUID", job.plan.uuid},
              {"Priority", "0"},
              JobSettings(job.plan),
              {"Status", Elements{{"JobStatus", StatusText(job.state)},
                                  {"CompletionStatus", CompletionText(job.state)},
                                  {"HoldReason", "None"},
                                  {"ConflictMask", ""},
                                  {"ConflictingPage", "0"}}},
              {"Pages", std::move(pages)},
              {"Progress",
               Elements{{"ProgressPercentage", job.ran ? "100.000000" : "0.000000"},
                        {"NumberOfPrintedPages", printed},
                        {"NumberOfPrintedPagesCurrentCopy", "0"},
                        {"NumberOfPrintedCopies", std::to_string(job.ran ? job.printed_copies : 0)},
                        {"EstimatedPrintingTime", "0"}}},
              {"Accounting",
               Elements{{"SubmissionTimestamp", Time(submitted)},
                        {"CompletionTimestamp", Time(job.ran ? job.finished : std::nullopt)},
                        {"ArrivalTimestamp",
                         Time(dated ? std::optional(job.plan.arrives) : std::nullopt)},
                        {"PrintingTimestamp", Time(dated ? job.started : std::nullopt)},
                        {"MediaCollectionConsumption", std::move(media)},
                        InkConsumption(model, job, sheets)}}}};
}

}  // namespace

Element JobQueueSnapshot(const SimulatedPrinter& printer) {
  Elements jobs;
  for (const Job& job : printer.jobs()) {
    if (job.vanished) continue;
    jobs.push_back({"Job", Elements{JobElement(printer, job)}});
  }
  return {"JobQueueSnapshot",
          Elements{{"ModificationNumber", std::to_string(printer.modification())},
                   {"Status", Elements{{"JobQueueStatus", "Running"},
                                       {"NumberOfJobs", std::to_string(jobs.size())}}},
                   {"Timestamp", Time(printer.now())},
                   {"Jobs", std::move(jobs)},
                   {"NestStatus", Elements{{"ModificationNumber", "0"},
                                           {"Timestamp", std::string(kUnknownTime)},
                                           {"WaitingForNest", "false"},
                                           {"RemainingTime", "P0Y0M0DT0H0M0S"}}}}};
}

}  // namespace plotmeter::simulator
