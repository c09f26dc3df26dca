#include "collector/spool/leaf_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "common/path.h"

namespace plotmeter {
namespace {

constexpr std::size_t kUsualPage = 4096;
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
  explicit File(const std::string& path)
      : in_(PathOf(path), std::ios::binary), size_(std::filesystem::file_size(PathOf(path))) {
    if (!in_) throw std::runtime_error(fmt::format("cannot read {}", path));
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
  std::uint64_t size_;
};

class Pages {
 public:
  Pages(File& file, std::size_t page, const std::function<void(const LeafRow&)>& visit)
      : file_(file), page_(page), visit_(visit) {}

  // The first page of a file begins with its head of 100 bytes.
  void Visit(const std::string& page, std::size_t head) {
    const Bytes bytes(page);
    std::size_t cells = 0;
    try {
      if (bytes.BigEndian(head, 1) != kTableLeaf) return;
      cells = static_cast<std::size_t>(bytes.BigEndian(head + 3, 2));
    } catch (const NoRow&) {
      return;
    }
    for (std::size_t i = 0; i < cells; ++i) {
      try {
        LeafRow row;
        const std::string record = Cell(bytes, bytes.BigEndian(head + 8 + 2 * i, 2), row.rowid);
        Columns(Bytes(record), row.values);
        visit_(row);
      } catch (const NoRow&) {  // this one is torn; the next may be whole
      }
    }
  }

 private:
  // The record of the cell at `at`: what does not fit into the page goes on in others.
  std::string Cell(const Bytes& page, std::size_t at, std::int64_t& rowid) {
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
      if (next == 0) throw NoRow();
      const std::string more = file_.Read((next - 1) * page_, page_);
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
  std::size_t page_;
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
  constexpr std::size_t kFileHead = 100;
  File file(path);
  const std::size_t page = PageSize(file);
  Pages pages(file, page, visit);
  if (const std::string log = path + "-wal"; std::filesystem::exists(PathOf(log))) {
    File frames(log);
    const std::uint64_t frame = kFrameHead + page;
    const std::uint64_t count = frames.size() < kLogHead ? 0 : (frames.size() - kLogHead) / frame;
    for (std::uint64_t i = count; i > 0; --i) {
      const std::uint64_t at = kLogHead + (i - 1) * frame;
      const std::string number = frames.Read(at, 4);
      const bool is_first = number.size() == 4 && Bytes(number).BigEndian(0, 4) == 1;
      pages.Visit(frames.Read(at + kFrameHead, page), is_first ? kFileHead : 0);
    }
  }
  for (std::uint64_t i = 0; i < file.size() / page; ++i) {
    pages.Visit(file.Read(i * page, page), i == 0 ? kFileHead : 0);
  }
}

}  // namespace plotmeter
