// Keys that sign no more.

#include "collector/spool/spool.h"
#include "common/jose.h"

namespace plotmeter {

std::vector<StreamMark> Spool::Retire(const BatchSigner& signer) {
  std::vector<StreamMark> marks;
  Together([&] {
    const std::string thumbprint = Thumbprint(signer.key->public_key());
    Statement before = db_.Prepare("SELECT last FROM retired_key WHERE thumbprint = ?");
    if (before.Bind(thumbprint).Step()) {
      marks = ReadMarks(before.Text(0));
      return;
    }
    const StreamEnd end = stream_end();
    marks.push_back({.stream = end.stream, .sequence = end.sequence});
    for (const StreamEnd& earlier :
         EarlierStreams(kMaxMarks - 1, signer.portal, signer.collector)) {
      marks.push_back({.stream = earlier.stream, .sequence = earlier.sequence});
    }
    db_.Prepare("INSERT INTO retired_key(thumbprint, last) VALUES(?, ?)")
        .Run(thumbprint, WriteMarks(marks));
  });
  return marks;
}

void Spool::Reinstate(const PublicKey& key) {
  db_.Prepare("DELETE FROM retired_key WHERE thumbprint = ?").Run(Thumbprint(key));
}

bool Spool::IsRetired(const PublicKey& key) {
  Statement q = db_.Prepare("SELECT 1 FROM retired_key WHERE thumbprint = ?");
  return q.Bind(Thumbprint(key)).Step();
}

}  // namespace plotmeter
