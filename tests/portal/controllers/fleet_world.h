// The API as people and programs of a reseller use it: tokens by role, JSON in, and printers that
// have said something.

#pragma once

#include <string>

#include "tests/portal/controllers/controllers_world.h"
#include "tests/portal/store/parcel.h"

namespace plotmeter {

class FleetTest : public ControllersTest {
 protected:
  // JSON with a token, by POST, PATCH or PUT.
  Response Send(const std::string& method, const std::string& target, const std::string& json,
                const std::string& token) {
    return Ask(Request(method, target)
                   .With("Authorization", "Bearer " + token)
                   .With("Content-Type", "application/json")
                   .WithBody(json));
  }

  // "422 'days' is 0; expected …"
  static std::string Words(const Response& response) {
    return std::to_string(response.status) + " " +
           ParseJson(response.body).value("detail", std::string("no problem"));
  }

  // What that tenant's one printer said at `at`: a reading, a level, a trait, a job, an alert, an
  // event, each called `name`.
  void Say(const Sender& sender, std::int64_t sequence, const std::string& name, Instant at) {
    Parcel parcel(sender.id, sequence, name, at);
    parcel.Meter("ink.used", "433")
        .Level(name, "5")
        .Says("status", name)
        .Job(name)
        .Alarm(name)
        .Event(name);
    store.StoreBatch(sender.tenant.reseller, parcel.record, [](const auto&) { return "receipt"; });
  }

  const std::string& admin() const { return tokens_.at("north")[0]; }
  const std::string& viewer() const { return tokens_.at("north")[1]; }
  const std::string& customer() const { return tokens_.at("north")[2]; }
  const std::string& stranger() const { return tokens_.at("south")[0]; }
};

}  // namespace plotmeter
