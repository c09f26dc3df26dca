#include "portal/store/migrate.h"

#include <fmt/format.h>

#include "portal/store/migrations.h"

namespace plotmeter {

int LatestSchema() { return static_cast<int>(kMigrations.size()); }

int Migrate(Database& db) {
  Statement version = db.Prepare("PRAGMA user_version");
  version.Step();
  const auto had = static_cast<int>(version.Int(0));
  version.Reset();
  if (had > LatestSchema()) {
    throw NewerDatabase(
        fmt::format("the database has schema {}; this program knows {} at most: use a newer "
                    "plotmeter-portal, or restore a backup made before the upgrade",
                    had, LatestSchema()));
  }
  for (int number = had + 1; number <= LatestSchema(); ++number) {
    Transaction transaction(db);
    // Another process may have been faster.
    version.Step();
    const bool done = version.Int(0) >= number;
    version.Reset();
    if (done) continue;
    db.Execute(kMigrations[static_cast<std::size_t>(number - 1)]);
    db.Execute(fmt::format("PRAGMA user_version={}", number));
    transaction.Commit();
  }
  return had;
}

}  // namespace plotmeter
