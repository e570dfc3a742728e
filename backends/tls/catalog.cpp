#include "backends/tls/catalog.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::tls {

namespace {

constexpr std::size_t room = 64 * 1024;

template <class T> std::span<const std::byte> bytes_of(const T& one) {
    return std::as_bytes(std::span(&one, 1));
}

}

std::optional<key_pair> pair_of(const catalog_entry& from) {
    if (from.chain.empty()) return std::nullopt;
    auto leaf = read_certificate(from.chain.front());
    if (!leaf) return std::nullopt;
    key_pair pair;
    pair.leaf = std::move(*leaf);
    pair.chain.assign(from.chain.begin(), from.chain.end());
    pair.key = secret(from.key);
    pair.encrypted = from.encrypted;
    pair.certificate_path = from.certificate_path;
    pair.key_path = from.key_path;
    if (from.staple.empty()) return pair;
    std::vector<config::complaint> ignored; // said when it was put into the catalog
    auto bytes = std::make_shared<const secret>(from.staple);
    pair.ocsp = read_staple({staple_beside(pair.certificate_path), bytes}, pair.leaf, ignored);
    return pair;
}

std::shared_ptr<const catalog> catalog::open(
    std::span<const std::byte> bytes, std::shared_ptr<const void> holds
) {
    trailer end;
    if (bytes.size() < sizeof end) return nullptr;
    std::memcpy(&end, bytes.last(sizeof end).data(), sizeof end);
    if (end.magic != expected) return nullptr;
    auto fits = [&](const array& a, std::size_t each) {
        return a.at <= bytes.size() && a.count <= (bytes.size() - a.at) / each;
    };
    if (!fits(end.entries, sizeof(record)) || !fits(end.links, sizeof(blob)) ||
        !fits(end.names, sizeof(name)) || !fits(end.members, sizeof(std::uint32_t)))
        return nullptr;
    std::shared_ptr<catalog> made(new catalog);
    made->bytes_ = bytes;
    made->holds_ = std::move(holds);
    made->entries_ = end.entries;
    made->links_ = end.links;
    made->names_ = end.names;
    made->members_ = end.members;
    return made;
}

// Zeros when there is no such element.
template <class T> T catalog::read(const array& from, std::uint64_t n) const {
    T out{};
    if (n < from.count) std::memcpy(&out, bytes_.data() + from.at + n * sizeof out, sizeof out);
    return out;
}

std::string_view catalog::text(const blob& b) const {
    if (b.at > bytes_.size() || b.size > bytes_.size() - b.at) return {};
    return {reinterpret_cast<const char*>(bytes_.data()) + b.at, b.size};
}

catalog_entry catalog::entry(std::size_t n) const {
    constexpr std::uint64_t longest_chain = 1000; // as many blocks as read_pem() takes
    auto from = read<record>(entries_, n);
    catalog_entry out;
    out.id = from.id;
    for (std::uint64_t i = 0; i < std::min(from.links, longest_chain); ++i)
        out.chain.push_back(text(read<blob>(links_, from.first_link + i)));
    out.key = text(from.key);
    out.staple = text(from.staple);
    out.encrypted = from.encrypted != 0;
    out.kind = static_cast<key_kind>(from.kind);
    out.not_after = point_in_time(from.not_after);
    out.names = text(from.names);
    out.certificate_path = text(from.certificate_path);
    out.key_path = text(from.key_path);
    return out;
}

std::vector<std::size_t> catalog::find(std::string_view wanted) const {
    std::uint64_t low = 0, high = names_.count;
    while (low < high) {
        auto middle = low + (high - low) / 2;
        if (text(read<name>(names_, middle).text) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    std::vector<std::size_t> out;
    auto found = read<name>(names_, low);
    if (low == names_.count || text(found.text) != wanted) return out;
    for (std::uint64_t i = 0; i < std::min(found.count, members_.count); ++i)
        if (auto n = read<std::uint32_t>(members_, found.first + i); n < entries_.count)
            out.push_back(n);
    return out;
}

catalog_writer::catalog_writer(sink to) : sink_(std::move(to)) { buffer_.reserve(room); }

catalog_writer::~catalog_writer() { wipe(buffer_); }

void catalog_writer::flush() {
    good_ = good_ && sink_(std::as_bytes(std::span(buffer_)));
    wipe(buffer_);
    buffer_.clear();
    buffer_.reserve(room);
}

catalog::blob catalog_writer::put(std::string_view text) {
    catalog::blob out{written_, text.size()};
    written_ += text.size();
    while (!text.empty()) {
        auto some = text.substr(0, room - buffer_.size());
        buffer_ += some;
        text.remove_prefix(some.size());
        if (buffer_.size() == room) flush();
    }
    return out;
}

template <class T> catalog::array catalog_writer::put_all(const std::vector<T>& all) {
    auto raw = std::as_bytes(std::span(all));
    auto where = put({reinterpret_cast<const char*>(raw.data()), raw.size()});
    return {where.at, all.size()};
}

void catalog_writer::add(const catalog_entry& from) {
    auto number = static_cast<std::uint32_t>(records_.size());
    catalog::record to{};
    to.id = from.id;
    to.key = put(from.key);
    to.staple = put(from.staple);
    to.names = put(from.names);
    to.certificate_path = put(from.certificate_path);
    to.key_path = put(from.key_path);
    to.first_link = links_.size();
    to.links = from.chain.size();
    to.not_after =
        std::chrono::duration_cast<std::chrono::seconds>(from.not_after.time_since_epoch()).count();
    to.kind = static_cast<std::uint32_t>(from.kind);
    to.encrypted = from.encrypted ? 1 : 0;
    for (auto& der : from.chain) {
        if (&der == &from.chain.front()) {
            links_.push_back(put(der));
            continue;
        }
        auto [at, is_new] = known_.try_emplace(std::string(der));
        if (is_new) at->second = put(der);
        links_.push_back(at->second);
    }
    for (std::size_t at = 0; at < from.names.size();) {
        auto one = from.names.substr(at, from.names.find('\n', at) - at);
        auto& known = names_[std::string(one)];
        known.text = {to.names.at + at, one.size()};
        if (known.members.empty() || known.members.back() != number)
            known.members.push_back(number);
        at += one.size() + 1;
    }
    records_.push_back(to);
}

std::vector<catalog::name> catalog_writer::index_names(std::vector<std::uint32_t>& members) const {
    std::vector<catalog::name> out;
    for (auto& [text, known] : names_) {
        auto sorted = known.members;
        std::ranges::sort(sorted, {}, [&](auto n) { return std::pair(-records_[n].not_after, n); });
        out.push_back({known.text, members.size(), sorted.size()});
        members.insert(members.end(), sorted.begin(), sorted.end());
    }
    return out;
}

bool catalog_writer::finish() {
    std::vector<std::uint32_t> members;
    auto names = index_names(members);
    catalog::trailer end{};
    end.magic = catalog::expected;
    end.entries = put_all(records_);
    end.links = put_all(links_);
    end.names = put_all(names);
    end.members = put_all(members);
    auto raw = bytes_of(end);
    put({reinterpret_cast<const char*>(raw.data()), raw.size()});
    flush();
    return good_;
}

}
