// What the job queue of HP's Printer Information Web Services means. Pure: a document in, job
// records out.
//
//    JobQueue queue = *ReadJobQueue(ReadDocument(body), {.seen_at = clock.Now()});
//    queue.jobs[0].status          "printed"
//    queue.jobs[0].status_raw      "Completed/OK"
//    queue.jobs[0].area            191.352000 "?"     the printer names no unit
//
// Source: what a DesignJet Z9 was recorded to send, and what public clients of other models expect;
// no job with ink or area was ever recorded. Only fields named in jobs.cpp are read;
// user, account, host, URL and preview path are not even in the Node tree (document.h).
//
// Unknown stays absent: a time before 2000, an empty list of inks, an area of 0, and whatever is
// said of a job that has not run ("Completed" has, even where no time is known). A job's own
// accounting is taken, and the sum over its pages only where it says nothing but zeros; never both.
// That is asked for the area, the length and the ink, each by itself. A job's paper is named only
// where every part of the account that used some says the same one; several are the trait
// medium-type, "2070, 9E48…".

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/piws/documents.h"
#include "collector/xml/document.h"
#include "common/job.h"

namespace plotmeter {

// What is known beside the document.
struct JobQueueContext {
  Instant seen_at = {};  // the collector's clock when it came
  // Collector minus printer, as Discovery told it, where the document has no Timestamp.
  std::optional<std::int64_t> clock_offset_ms = {};
  std::optional<Instant> date = {};  // the printer's clock as HTTP said it, where neither has one
  PaperNames papers = {};
};

struct JobQueue {
  std::vector<JobRecord> jobs = {};  // in the printer's order
  std::vector<std::string> remarks = {};
  bool says_time = false;  // it has a Timestamp, by the printer's clock
};

// The id of the print queue, the last segment of its URI in JobQueueCollection. It changes at every
// start of the printer. Empty when there is none, or when it is no plain word of letters, digits
// and hyphens (it goes into a URL).
std::optional<std::string> QueueId(const Node& document);

// Reads JobQueueSnapshot; empty when the document is another one. Empty envelopes, the printer's
// way to say "as before", are passed over. An element that is not Job2DPrint gives a record
// with its name in `element`, a remark, and the type "scan" or "copy" where the name plainly says
// so ("JobScan"), else "unknown".
std::optional<JobQueue> ReadJobQueue(const Node& document, const JobQueueContext& context);

// What decides the status of a job.
struct JobProgress {
  std::string job_status = {};         // JobStatus
  std::string completion_status = {};  // CompletionStatus; "OK" also of jobs that never ran
  std::int64_t printed_pages = 0;
  bool started = false;   // PrintingTimestamp is known
  bool finished = false;  // CompletionTimestamp is known
};

// pending, held, printing, printed, cancelled, failed, unknown. "printed" needs a time of
// completion, and of a job that was deleted or cancelled a printed page as well.
std::string_view JobStatusOf(const JobProgress& progress);

}  // namespace plotmeter
