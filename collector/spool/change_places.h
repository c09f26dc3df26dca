// How a new spool takes the place of an old one: by renames, with the folder synced between them,
// so that a machine that dies at any of them finds at its next start the old one, or the new one
// and the old one set aside.
//
//    DiskFolder folder("/var/lib/plotmeter");
//    FinishEarlier(folder, "spool.db");           // what a machine that died left
//    … make spool.db.rescuing …
//    ChangePlaces(folder, "spool.db", "damaged-20261129T031500Z");
//
// In between the new one is called spool.db.rescued-TAG, which says that it is whole, and where the
// old one goes: spool.db.TAG. Nothing is ever renamed over another file but by the new one over
// nothing.

#pragma once

#include <set>
#include <string>

namespace plotmeter {

inline constexpr const char* kBuilding = ".rescuing";  // behind the name of one that is being made

// The folder, as far as this needs it: a test cuts it at each step. Errors throw SqliteError that
// may_pass().
class SpoolFolder {
 public:
  virtual ~SpoolFolder() = default;
  virtual std::set<std::string> Names() = 0;
  virtual void Rename(const std::string& from, const std::string& to) = 0;
  virtual void Remove(const std::string& name) = 0;
  virtual void Sync() = 0;
};

class DiskFolder : public SpoolFolder {
 public:
  explicit DiskFolder(std::string path) : path_(std::move(path)) {}
  std::set<std::string> Names() override;
  void Rename(const std::string& from, const std::string& to) override;
  void Remove(const std::string& name) override;  // or nothing, when it is not there
  void Sync() override;

 private:
  std::string path_;
};

// `tag` is one that FreeTag gave.
void ChangePlaces(SpoolFolder& folder, const std::string& file, const std::string& tag);

// `tag`, or that and a number, so that no file has its name yet.
std::string FreeTag(SpoolFolder& folder, const std::string& file, const std::string& tag);

// There is no such file, because an earlier process died before the new one had its place: whoever
// began another there would be in its way.
bool IsBeingReplaced(SpoolFolder& folder, const std::string& file);

struct Unfinished {
  enum class Is {
    kNothing,   // was left, or what begins anew in any case
    kFinished,  // the new one has its place now
    // The old one is set aside, and somebody began another in its place. Nothing was changed: see
    // FinishWith.
    kBegun,
    // Only one that is perhaps not whole was left; it has the place now.
    kHalf,
  };
  Is is = Is::kNothing;
  std::string ready = {};  // the name of the new one, if one was begun
};
Unfinished FinishEarlier(SpoolFolder& folder, const std::string& file);

// The new one takes the place of one that was begun meanwhile, which goes aside: answers its name.
std::string FinishWith(SpoolFolder& folder, const std::string& file, const std::string& ready);

}  // namespace plotmeter
