#include "collector/spool/leaf_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "common/path.h"

namespace plotmeter {
namespace {

constexpr std::size_t kUsualPage = 4096;
constexpr std::size_t kFileHead = 100;  // before what is in its first page
constexpr std::size_t kLogHead = 32;    // of the write-ahead log
constexpr std::size_t kFrameHead = 24;  // of a page in it
constexpr unsigned char kTableLeaf = 0x0d;
constexpr std::uint64_t kMaxRecord = std::uint64_t{256} << 20;  // bytes; none of ours comes near

// Thrown within a page: what stands there is not what the format says.
struct NoRow {};

class Bytes {
 public:
  explicit Bytes(std::string_view all) : all_(all) {}

  std::uint64_t BigEndian(std::size_t at, std::size_t count) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | At(at + i);
    return value;
  }
  // Up to nine bytes, seven bits each but for the ninth.
  std::uint64_t Varint(std::size_t& at) const {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) {
      const std::uint64_t byte = At(at++);
      value = value << 7 | (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    return value << 8 | At(at++);
  }
  std::string_view Part(std::size_t at, std::size_t count) const {
    if (at > all_.size() || count > all_.size() - at) throw NoRow();
    return all_.substr(at, count);
  }
  std::size_t size() const { return all_.size(); }

 private:
  std::uint64_t At(std::size_t at) const {
    if (at >= all_.size()) throw NoRow();
    return static_cast<unsigned char>(all_[at]);
  }
  std::string_view all_;
};

// A file of pages.
class File {
 public:
  // One that is missing is empty.
  explicit File(const std::string& path) {
    if (!std::filesystem::exists(PathOf(path))) return;
    in_.open(PathOf(path), std::ios::binary);
    if (!in_) throw std::runtime_error(fmt::format("cannot read {}", path));
    size_ = std::filesystem::file_size(PathOf(path));
  }

  std::string Read(std::uint64_t at, std::size_t count) {
    std::string bytes(count, '\0');
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(at));
    in_.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(in_.gcount()));
    return bytes;
  }
  std::uint64_t size() const { return size_; }

 private:
  std::ifstream in_;
  std::uint64_t size_ = 0;
};

// The write-ahead log: which frames are of its present turn, and whole. Behind them lie frames of
// earlier turns, which are older than what the main file has.
class Log {
 public:
  Log(const std::string& path, std::size_t page) : file_(path), page_(page) {
    const std::string head = file_.Read(0, kLogHead);
    if (file_.size() < kLogHead + kFrameHead) return;
    words_are_big_ = Bytes(head).BigEndian(0, 4) % 2 == 1;
    Sum sum = Add({}, std::string_view(head).substr(0, kLogHead - 8));
    is_whole_ = sum == SumAt(head, kLogHead - 8);
    // Without a head its first frame says which turn it is of. All others are proven by the one
    // before.
    const std::string salts =
        is_whole_ ? head.substr(16, 8) : file_.Read(kLogHead, kFrameHead).substr(0, 16).substr(8);
    std::uint32_t torn = 0;  // since the last one that is whole
    for (std::uint32_t i = 0; kLogHead + (i + 1) * FrameSize() <= file_.size(); ++i) {
      const std::string frame = file_.Read(kLogHead + i * FrameSize(), kFrameHead + page_);
      if (frame.compare(8, 8, salts) != 0) continue;
      sum = Add(Add(sum, std::string_view(frame).substr(0, 8)),
                std::string_view(frame).substr(kFrameHead));
      const bool is_right = sum == SumAt(frame, 16) || (i == 0 && !is_whole_);
      sum = SumAt(frame, 16);  // the next one goes on from what stands there
      if (!is_right) {
        ++torn;
        continue;
      }
      if (std::exchange(torn, 0) > 0) is_whole_ = false;
      frames_.push_back({.place = i, .number = Bytes(frame).BigEndian(0, 4)});
      if (Bytes(frame).BigEndian(4, 4) == 0) continue;
      for (std::size_t k = committed_; k < frames_.size(); ++k) frames_[k].end = frames_.size();
      committed_ = frames_.size();
    }
    if (torn > 0) is_whole_ = false;
    for (std::size_t k = committed_; k < frames_.size(); ++k) frames_[k].end = frames_.size();
    for (std::size_t k = 0; k < frames_.size(); ++k) versions_[frames_[k].number].push_back(k);
  }

  struct Frame {
    std::uint64_t place = 0;
    std::uint64_t number = 0;  // of its page
    std::size_t end = 0;       // of its transaction
  };
  const std::vector<Frame>& frames() const { return frames_; }
  // How many of them are of transactions that were brought to their end.
  std::size_t committed() const { return committed_; }
  // False when a frame of them is torn, or the head: then older versions of a page may have what no
  // newer one has.
  bool is_whole() const { return is_whole_; }

  std::string Page(std::size_t frame) {
    return file_.Read(kLogHead + frames_[frame].place * FrameSize() + kFrameHead, page_);
  }
  // The newest version of this page among the first `end` frames.
  std::optional<std::size_t> Newest(std::uint64_t number, std::size_t end) const {
    const auto found = versions_.find(number);
    if (found == versions_.end()) return {};
    const auto after = std::lower_bound(found->second.begin(), found->second.end(), end);
    if (after == found->second.begin()) return {};
    return *std::prev(after);
  }

 private:
  using Sum = std::pair<std::uint32_t, std::uint32_t>;

  std::uint64_t FrameSize() const { return kFrameHead + page_; }
  static Sum SumAt(std::string_view bytes, std::size_t at) {
    const Bytes all(bytes);
    return {static_cast<std::uint32_t>(all.BigEndian(at, 4)),
            static_cast<std::uint32_t>(all.BigEndian(at + 4, 4))};
  }
  Sum Add(Sum sum, std::string_view bytes) const {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      sum.first += Word(bytes, at) + sum.second;
      sum.second += Word(bytes, at + 4) + sum.first;
    }
    return sum;
  }
  std::uint32_t Word(std::string_view bytes, std::size_t at) const {
    std::uint32_t word = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      word = word << 8 | static_cast<unsigned char>(bytes[at + (words_are_big_ ? i : 3 - i)]);
    }
    return word;
  }

  File file_;
  std::size_t page_;
  bool words_are_big_ = false;
  bool is_whole_ = true;
  std::vector<Frame> frames_ = {};  // oldest first
  std::size_t committed_ = 0;
  std::map<std::uint64_t, std::vector<std::size_t>> versions_ = {};  // of each page
};

class Pages {
 public:
  Pages(File& file, Log& log, std::size_t page, const std::function<void(const LeafRow&)>& visit)
      : file_(file),
        log_(log),
        page_(page),
        most_(file.size() / page + log.frames().size()),
        visit_(visit) {}

  // A version that is in the log.
  void VisitFrame(std::size_t frame) {
    Visit(log_.Page(frame), log_.frames()[frame].number, log_.frames()[frame].end);
  }
  // The one that is in the file, together with what is in the log, or not.
  void VisitPage(std::uint64_t number, bool with_log) {
    Visit(FromFile(number), number, with_log ? log_.committed() : 0);
  }

 private:
  std::string FromFile(std::uint64_t number) { return file_.Read((number - 1) * page_, page_); }

  // `end`: where it goes on in other pages, their newest version among the first so many frames.
  void Visit(const std::string& page, std::uint64_t number, std::size_t end) {
    const std::size_t head = number == 1 ? kFileHead : 0;
    const Bytes bytes(page);
    std::size_t cells = 0;
    try {
      if (bytes.BigEndian(head, 1) != kTableLeaf) return;
      cells = static_cast<std::size_t>(bytes.BigEndian(head + 3, 2));
    } catch (const NoRow&) {
      return;
    }
    followed_ = 0;
    // No more than there is room for their places, whatever the page says.
    cells = std::min(cells, (page.size() - head - 5) / 2);
    for (std::size_t i = 0; i < cells; ++i) {
      try {
        LeafRow row;
        const std::string record =
            Cell(bytes, bytes.BigEndian(head + 8 + 2 * i, 2), row.rowid, end);
        Columns(Bytes(record), row.values);
        visit_(row);
      } catch (const NoRow&) {  // this one is torn; the next may be whole
      }
    }
  }

  // The record of the cell at `at`: what does not fit into the page goes on in others.
  std::string Cell(const Bytes& page, std::size_t at, std::int64_t& rowid, std::size_t end) {
    const std::uint64_t whole = page.Varint(at);
    rowid = static_cast<std::int64_t>(page.Varint(at));
    if (whole > kMaxRecord) throw NoRow();
    const std::size_t usable = page.size();
    const std::size_t most = usable - 35;
    if (whole <= most) return std::string(page.Part(at, static_cast<std::size_t>(whole)));
    const std::size_t least = (usable - 12) * 32 / 255 - 23;
    const std::size_t local = least + static_cast<std::size_t>((whole - least) % (usable - 4));
    const std::size_t here = local <= most ? local : least;
    std::string record(page.Part(at, here));
    std::uint64_t next = page.BigEndian(at + here, 4);
    while (record.size() < whole) {
      // Each page is of one row: when more were followed than there are, they go round in circles.
      if (next == 0 || ++followed_ > most_) throw NoRow();
      const auto newer = log_.Newest(next, end);
      const std::string more = newer ? log_.Page(*newer) : FromFile(next);
      const Bytes bytes(more);
      const auto left = static_cast<std::size_t>(whole) - record.size();
      record += bytes.Part(4, std::min(left, usable - 4));
      next = bytes.BigEndian(0, 4);
    }
    return record;
  }

  static void Columns(const Bytes& record, std::vector<std::optional<std::string>>& values) {
    std::size_t at = 0;
    const auto head = static_cast<std::size_t>(record.Varint(at));
    std::size_t body = head;
    while (at < head) {
      const std::uint64_t type = record.Varint(at);
      if (type == 0) {
        values.emplace_back();
      } else if (type <= 6) {
        constexpr std::size_t kSizes[] = {0, 1, 2, 3, 4, 6, 8};
        const std::size_t size = kSizes[type];
        std::uint64_t value = record.BigEndian(body, size);
        const std::size_t unused = 64 - 8 * size;  // bits; the sign is the highest that is used
        values.emplace_back(std::to_string(static_cast<std::int64_t>(value << unused) >> unused));
        body += size;
      } else if (type == 8 || type == 9) {
        values.emplace_back(type == 8 ? "0" : "1");
      } else if (type >= 13 && type % 2 == 1) {
        const auto size = static_cast<std::size_t>((type - 13) / 2);
        values.emplace_back(std::string(record.Part(body, size)));
        body += size;
      } else {
        throw NoRow();
      }
    }
    if (at != head || body != record.size()) throw NoRow();
  }

  File& file_;
  Log& log_;
  std::size_t page_;
  std::uint64_t most_;          // pages in all
  std::uint64_t followed_ = 0;  // from the page that is visited
  const std::function<void(const LeafRow&)>& visit_;
};

// As the head of the file says, if that is a size of pages at all.
std::size_t PageSize(File& file) {
  const std::string head = file.Read(0, 18);
  if (head.size() < 18) return kUsualPage;
  const auto size = static_cast<std::size_t>(Bytes(head).BigEndian(16, 2));
  return size >= 512 && (size & (size - 1)) == 0 ? size : kUsualPage;
}

}  // namespace

void EachLeafRow(const std::string& path, const std::function<void(const LeafRow&)>& visit) {
  File file(path);
  const std::size_t page = PageSize(file);
  Log log(path + "-wal", page);
  Pages pages(file, log, page, visit);
  const auto is_newest = [&](std::size_t frame) {
    return log.Newest(log.frames()[frame].number, log.committed()) == frame;
  };
  const auto is_in_log = [&](std::uint64_t number) {
    return log.Newest(number, log.committed()).has_value();
  };
  for (std::size_t i = log.committed(); i-- > 0;) {
    if (is_newest(i)) pages.VisitFrame(i);
  }
  for (std::uint64_t i = 1; i <= file.size() / page; ++i) {
    if (!is_in_log(i)) pages.VisitPage(i, true);
  }
  if (log.is_whole()) return;
  for (std::size_t i = log.frames().size(); i-- > 0;) {
    if (i >= log.committed() || !is_newest(i)) pages.VisitFrame(i);
  }
  for (std::uint64_t i = 1; i <= file.size() / page; ++i) {
    if (is_in_log(i)) pages.VisitPage(i, false);
  }
}

}  // namespace plotmeter
