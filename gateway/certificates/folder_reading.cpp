#include "gateway/certificates/folder_reading.hpp"

#include "backends/tls/key_files.hpp"
#include "backends/tls/server_names.hpp"
#include "config/build/load.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::gateway {
namespace {

using kind = folder_change::kind;

// Another leaf, another key or another response makes another id.
std::array<std::byte, 32> id_of(const tls::key_pair& pair, const tls::crypto& library) {
    auto text = [](std::string_view t) { return std::as_bytes(std::span(t)); };
    std::array<std::array<std::byte, 32>, 3> parts{
        library.sha256(text(pair.chain.front())),
        library.sha256(text(pair.key.reveal())),
        library.sha256(text(pair.ocsp.response))};
    return library.sha256(std::as_bytes(std::span(parts)));
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (auto& name : names)
        out += (out.empty() ? "" : "\n") + name;
    return out;
}

std::string first_error(const std::vector<config::complaint>& all) {
    for (auto& one : all)
        if (one.level == config::severity::error) return one.text;
    return {};
}

class reader {
public:
    reader(const std::string& path, const folder_reading& how, tls::catalog_writer& to)
        : path_(path), how_(how), to_(to), made_(std::make_shared<read_folder>()) {
        made_->path = path;
    }

    void read(const folder_item&);
    void compare();

    std::shared_ptr<read_folder> made() const { return made_; }
    std::vector<folder_change> changes() { return std::move(changes_); }

private:
    // What was read of an item: a pair, nothing of interest, or why it is of no use.
    struct outcome {
        std::optional<tls::key_pair> pair;
        std::string wrong;
    };
    outcome open(const folder_item&) const;
    outcome with_staple(outcome, const folder_item&) const;
    config::file file_of(const std::string& name) const;
    const read_folder::item* known(const std::string& certificate) const;
    std::size_t add(const tls::catalog_entry& e) {
        to_.add(e);
        return count_++;
    }
    std::size_t add(const tls::key_pair&);
    void note(kind what, const read_folder::item& about) {
        changes_.push_back({what, path_ + "/" + about.certificate, about.wrong, about.entry});
    }

    const std::string& path_;
    const folder_reading& how_;
    tls::catalog_writer& to_;
    std::shared_ptr<read_folder> made_;
    std::vector<folder_change> changes_;
    std::size_t count_ = 0;
};

const read_folder::item* reader::known(const std::string& certificate) const {
    if (!how_.before) return nullptr;
    auto& all = how_.before->items;
    auto at = std::ranges::lower_bound(all, certificate, {}, &read_folder::item::certificate);
    return at != all.end() && at->certificate == certificate ? &*at : nullptr;
}

config::file reader::file_of(const std::string& name) const {
    auto path = path_ + "/" + name;
    auto answer = config::read_from_disk(path);
    return {path, answer.bytes};
}

reader::outcome reader::open(const folder_item& item) const {
    outcome out;
    auto certificate = file_of(item.certificate);
    if (!certificate.bytes) {
        out.wrong = "\"" + certificate.path + "\" cannot be read, or is larger than 1 MiB";
        return out;
    }
    auto text = certificate.bytes->reveal();
    auto has_key = text.find("PRIVATE KEY-----") != text.npos;
    auto has_certificate =
        text.find("-----BEGIN ") != text.npos && text.find("CERTIFICATE-----") != text.npos;
    if (has_key && !has_certificate) return out; // a key's own file
    if (!has_key && item.key.empty()) {
        out.wrong = "no key for \"" + certificate.path + "\", neither in it nor beside it";
        return out;
    }
    auto key = has_key ? certificate : file_of(item.key);
    std::vector<config::complaint> complaints;
    out.pair = tls::read_key_pair(certificate, key, complaints);
    out.wrong = first_error(complaints);
    if (out.pair && tls::names_in(out.pair->leaf).empty()) {
        out.pair.reset();
        out.wrong = "no host name in the certificate in \"" + certificate.path + "\"";
    }
    if (!out.pair || !how_.prove) return out;
    out.wrong = how_.prove(certificate, key);
    if (!out.wrong.empty()) out.pair.reset();
    return out;
}

// A response that cannot be used is told, and the certificate serves without one.
reader::outcome reader::with_staple(outcome out, const folder_item& item) const {
    if (!out.pair || item.staple.empty()) return out;
    std::vector<config::complaint> complaints;
    out.pair->ocsp = tls::read_staple(file_of(item.staple), out.pair->leaf, complaints);
    if (!complaints.empty()) out.wrong = complaints.front().text;
    return out;
}

// What workers see of a certificate in a folder is put together here, and only here.
std::size_t reader::add(const tls::key_pair& pair) {
    tls::catalog_entry e;
    auto names = joined(tls::names_in(pair.leaf));
    e.id = id_of(pair, how_.library);
    e.chain.assign(pair.chain.begin(), pair.chain.end());
    e.key = pair.key.reveal();
    e.encrypted = pair.encrypted;
    e.staple = pair.ocsp.response;
    e.kind = pair.leaf.key;
    e.not_after = pair.leaf.not_after;
    e.names = names;
    e.certificate_path = pair.certificate_path;
    e.key_path = pair.key_path;
    return add(e);
}

void reader::read(const folder_item& item) {
    read_folder::item to{item.certificate, item.mark, {}, {}};
    auto* old = known(item.certificate);
    if (old && old->mark == item.mark) {
        to.wrong = old->wrong;
        if (old->entry) to.entry = add(how_.before->catalog->entry(*old->entry));
        made_->items.push_back(std::move(to));
        return;
    }
    auto fresh = with_staple(open(item), item);
    to.wrong = std::move(fresh.wrong);
    if (fresh.pair)
        to.entry = add(*fresh.pair);
    else if (old && old->entry)
        to.entry = add(how_.before->catalog->entry(*old->entry));
    if (!fresh.pair && !to.wrong.empty())
        note(to.entry ? kind::kept : kind::left_out, to);
    else if (fresh.pair)
        note(old && old->entry ? kind::renewed : kind::added, to);
    made_->items.push_back(std::move(to));
}

// Who is gone since then.
void reader::compare() {
    if (!how_.before) return;
    auto& now = made_->items;
    for (auto& old : how_.before->items)
        if (old.entry &&
            !std::ranges::binary_search(now, old.certificate, {}, &read_folder::item::certificate))
            note(kind::removed, {old.certificate, 0, {}, {}});
}

}

folder_result read_listed(
    const std::string& path, const folder_listing& listed, const folder_reading& how
) {
    folder_result out;
    auto memory = sealed_writer::make("postern certificates");
    if (!memory) {
        out.error = memory.error().message();
        return out;
    }
    tls::catalog_writer writer([&](auto some) { return memory->append(some); });
    reader work(path, how, writer);
    for (auto& item : listed.items)
        work.read(item);
    work.compare();
    writer.finish(); // an error is told by seal()
    auto sealed = memory->seal();
    if (!sealed) {
        out.error = sealed.error().message();
        return out;
    }
    auto made = work.made();
    made->memory = std::make_shared<const sealed_memory>(std::move(*sealed));
    made->catalog = tls::catalog::open(made->memory->bytes(), made->memory);
    out.made = std::move(made);
    out.changes = work.changes();
    return out;
}

}
