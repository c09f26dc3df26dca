// What the router keeps for who asks twice (portal/http/repeats.h), in the store.

#pragma once

#include "common/clock.h"
#include "portal/http/repeats.h"
#include "portal/store/store.h"

namespace plotmeter {

class StoredRepeatNotes : public RepeatNotes {
 public:
  // Both must outlive this.
  StoredRepeatNotes(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  std::optional<RepeatNote> Find(const Caller& caller, const std::string& key) override {
    auto kept = store_.FindAnswer(caller.reseller, caller.id, key, clock_.Now());
    if (!kept) return std::nullopt;
    return RepeatNote{kept->key, kept->request, kept->answer};
  }

  void Keep(const Caller& caller, const RepeatNote& note) override {
    store_.KeepAnswer(
        caller.reseller,
        {.caller = caller.id, .key = note.key, .request = note.request, .answer = note.answer},
        clock_.Now());
  }

  bool HasRoom(const Caller& caller) override {
    return store_.HasRoomForAnswer(caller.reseller, caller.id, clock_.Now());
  }

  void Together(const std::function<void()>& work) override { store_.Together(work); }

 private:
  Store& store_;
  const Clock& clock_;
};

}  // namespace plotmeter
