// One Identify or Read over a printer's web server: asks for one thing after the other, GET only,
// and notes what was seen. What to ask and what it means is up to the channel that derives from it.
//
//    class Visit : public WebVisit {
//      void Begin() override { Ask({"/Identification.xml"}, [this](const Page& p) { On(p); }); }
//      …
//    };
//    web.Enter(std::make_shared<Visit>(…));
//
// All but the constructor runs on the thread of Fetch. Each visit calls back exactly once. Once the
// printer is identified, two requests in a row without an answer end the visit with what there is,
// as does a printer that feeds its answers by drops (WebSettings::visit), and a key that changes in
// between. So does whatever is thrown: a round waits for each visit.
//
// A web server that just said to one channel that it sleeps is not asked by the next. A path that
// was not there is asked for again after ten minutes, and after twice as long each time, up to a
// week (presence.h).

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/channel/channel.h"
#include "collector/web/page.h"
#include "collector/web/printer_web.h"

namespace plotmeter {

// "10.0.0.7:443": names a printer among those of a PrinterWeb.
std::string PrinterName(const PrinterAddress& address);

// What a channel says of itself.
struct WebProtocol {
  ChannelKind kind = ChannelKind::kNone;
  std::string_view name = {};    // for people: "PIWS"
  std::string_view root = {};    // between the address and each path that is asked for
  std::string_view accept = {};  // for paths that end in neither .xml nor .json
};

class WebVisit : public std::enable_shared_from_this<WebVisit> {
 public:
  virtual ~WebVisit() = default;
  WebVisit(const WebVisit&) = delete;
  WebVisit& operator=(const WebVisit&) = delete;

  const std::string& printer() const { return printer_; }  // PrinterName

 protected:
  using Then = std::function<void(const Page&)>;

  WebVisit(PrinterWeb& web, const PrinterAddress& address, const WebProtocol& protocol,
           std::function<void(Told)> told);

  virtual void Begin() = 0;

  // Tries the paths in turn until one is there and readable, and goes on with the last answer. Of
  // those that were not there lately no more than the last one is asked for.
  void Ask(std::vector<std::string> paths, Then next, std::chrono::milliseconds pause = {});

  // None of the paths was there lately, so that whoever can do without need not ask.
  bool IsAbsent(const std::vector<std::string>& paths) const;

  // True if there is a document. Ends the visit otherwise, for what cannot be done without:
  //    404    kNotSpoken "no PIWS: HTTP 404"     401, another key              kRefused
  //    503    kAsleep                            no answer in time             kUnreachable
  //                                              bytes that are something else kUnreadable
  bool IsThere(const Page& page, std::string_view what);

  // The rule of first contact, for who answered last. Ends the visit when it is somebody else; from
  // now on, only the same key is spoken to.
  bool IsTheRememberedOne(const PrinterIdentity& identity);

  // Instead of IsTheRememberedOne, by the key that was remembered in an earlier visit.
  void SpeakOnlyTo(const std::string& fingerprint);

  // From now on without TLS, at "http://10.0.0.7:80".
  void UsePlain(std::string base);
  bool is_plain() const { return plain_; }

  // Notes what became of one document: `read`, or a remark why not.
  void Take(const Page& page, std::string_view what, bool read);

  // True when nothing was taken because everything sleeps; the visit has ended then.
  bool EndedAsleep();

  void End(Seen seen, std::string detail);

  // The jobs of one printer are told over one channel only, for each names them in its own way and
  // they would count twice. That is PIWS where it is spoken, unless it wants credentials for them,
  // and also while it cannot be said whether it is.
  void TellsJobs();
  void MayNotTellJobs();
  bool JobsAreToldByPiws() const;

  // True before the first visit, and after PrinterWeb::ProbeAgain.
  bool IsNew() const { return new_; }

  const std::string& base() const { return base_; }
  const std::string& fingerprint() const { return fingerprint_; }  // of who answered last
  Instant now() const { return web_.clock_.Now(); }

  Told told_;
  Instant at_ = {};              // when the last answer came
  std::optional<Instant> date_;  // the printer's clock as it said it then; absent before 2000

 private:
  friend class PrinterWeb;

  void Start(bool always);
  void OnAnswer(const FetchResult& got, const std::vector<std::string>& paths, const Then& next,
                std::chrono::milliseconds pause);
  // Runs `act`; ends the visit if it throws.
  void Shielded(const std::function<void()>& act);
  std::string PathOf(const std::string& path) const;  // with the protocol's root
  bool IsAbsent(const std::string& path) const;
  void NotePath(PageSeen seen);
  bool SaidItSleeps() const;
  void EndUnstarted();
  void Finish(Seen seen, std::string detail);
  void Note(const FetchResult& got, const Page& page);
  void EndWithWhatThereIs(const Page& page);
  void EndCertificateChanged();

  PrinterWeb& web_;
  const WebProtocol protocol_;
  std::string base_;        // "https://10.0.0.7:443"
  std::string asked_path_;  // of the request under way, and its URL
  std::string asked_;
  const std::string printer_;
  bool plain_ = false;
  std::function<void(Told)> done_;
  std::string fingerprint_;
  std::string pin_;
  bool identified_ = false;
  bool given_up_ = false;
  bool ended_ = false;
  bool new_ = false;
  std::chrono::steady_clock::time_point not_after_ = {};
  int silent_in_a_row_ = 0;
  int taken_ = 0;
  int asleep_ = 0;
};

}  // namespace plotmeter
