// Incidents and who is told of them, as `serve` runs them: settings, and the threads that watch and
// deliver.
//
//    const AlertSettings settings = AlertSettingsOf(arguments);    throws UsageError
//    Alerting alerting(store, clock, keys, settings, {.expiries = …});
//    alerting.Wake();                                              after a request
//                                                                  (its destructor stops all of it)

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/clock.h"
#include "common/http/fetch.h"
#include "common/http/mail.h"
#include "common/settings.h"
#include "portal/access/second_factor.h"
#include "portal/alerts/courier.h"
#include "portal/alerts/watch.h"
#include "portal/store/sqlite_store.h"

namespace plotmeter {

struct AlertSettings {
  std::optional<MailServer> mail = {};  // absent: nobody gets any
  std::string public_url = {};          // empty: not told
  std::string webhook_ca = {};
  bool private_hooks = false;
};

std::vector<Setting> AlertSettingsTable();
// Reads the password's file, too. Throws UsageError that names the setting.
AlertSettings AlertSettingsOf(const Arguments& arguments);

class Alerting {
 public:
  // All but `settings` must outlive this. Starts three threads.
  Alerting(SqliteStore& store, const Clock& clock, const SecondFactorKey& key,
           AlertSettings settings, Watch::Doors doors);
  ~Alerting();

  void Wake();
  // For who has other mail; null: no mail server is set. It lives as long as this.
  Mailer* mailer() { return mailer_ ? &*mailer_ : nullptr; }

 private:
  std::optional<Mailer> mailer_;
  Fetch fetch_;
  Courier mails_;
  Courier hooks_;
  Watch watch_;
  std::vector<std::jthread> threads_;
};

// What ends of the portal's own: its certificate. No key of it ends by itself.
std::vector<WatchedExpiry> ExpiriesOf(const std::string& certificate_file);

}  // namespace plotmeter
