#include "gateway/certificates/keeper.hpp"

#include "backends/tls/key_files.hpp"
#include "backends/tls/server_names.hpp"
#include "gateway/observe/line.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace postern::gateway {
namespace {

using config::log_level;
using kind = folder_change::kind;
using namespace std::chrono_literals;

constexpr std::size_t most_told = 20; // lines about expiry in one look
constexpr std::size_t most_proved =
    500; // fresh pairs of a folder in one look; each takes milliseconds

std::uint64_t mark_of(const renewable& unit, const std::map<std::string, std::uint64_t>* known) {
    std::uint64_t out = 0;
    for (auto& path : unit.paths) {
        auto at =
            known ? known->find(path) : std::map<std::string, std::uint64_t>::const_iterator();
        auto mark = !known ? mark_of_file(path) : at == known->end() ? 0 : at->second;
        out = mark_of_both(out, mark);
    }
    return out;
}

// What is wrong with a pair, tried as if it were the only one of that server.
std::string trouble_with(
    const tls::backend& library, config::tls_settings like, const renewable::pair& one
) {
    like.names = {};
    like.certificates = {one.certificate};
    like.certificate_keys = {one.key};
    like.handshake.staples.clear();
    if (!one.staple.path.empty()) like.handshake.staples = {one.staple};
    for (auto& c : library.compile(like, "", {}).complaints)
        if (c.level == config::severity::error) return c.text;
    return {};
}

config::file fresh(const config::file& old, const read_files& read) {
    auto at = read.find(old.path);
    return at == read.end() ? old : config::file{old.path, at->second.bytes};
}

renewable::pair fresh(const renewable::pair& old, const read_files& read) {
    return {
        old.server, fresh(old.certificate, read), fresh(old.key, read), fresh(old.staple, read)};
}

}

keeper::keeper(boost::asio::io_context& loop, const tls::backend& library, log& events, master to)
    : timer_(loop), library_(library), events_(events), told_of_(events), master_(std::move(to)) {}

void keeper::attend(examined& in_force) {
    now_ = &in_force;
    units_ = renewables_of(*now_->config.made);
    std::vector<marked> marks;
    for (auto& unit : units_)
        marks.push_back({unit.name, mark_of(unit, &now_->marks)});
    files_.begin(std::move(marks));
    folders_.clear();
    lost_.clear();
    for (auto& [path, folder] : now_->folders) {
        std::vector<marked> known;
        for (auto& item : folder->items)
            known.push_back({item.certificate, item.mark});
        folders_[path].begin(std::move(known));
    }
    waiting_.clear();
    any_expiry_look_ = false;
    look_for_expiry();
    look_later(0s);
}

void keeper::stop() {
    now_ = nullptr;
    timer_.cancel();
}

// Never more than one part in fifty of the time goes into looking.
void keeper::look_later(clock::duration took) {
    constexpr clock::duration hour = 1h, settle = 1s;
    clock::duration pause = now_->config.made->process.certificate_watch;
    if (pause.count() == 0) pause = hour; // for expiry
    auto moving =
        files_.moving() || std::ranges::any_of(folders_, [](auto& f) { return f.second.moving(); });
    if (moving) pause = std::min(pause, settle);
    timer_.expires_after(std::min(std::max(pause, 50 * took), hour));
    timer_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped && now_) look();
    });
}

void keeper::look() {
    auto start = clock::now();
    if (now_->config.made->process.certificate_watch.count() > 0 && master_.is_idle()) {
        auto any_file = look_at_files();
        auto any_folder = look_at_folders();
        if (any_file || any_folder) {
            any_expiry_look_ = false;
            master_.spread(any_file);
        }
    }
    look_for_expiry();
    look_later(clock::now() - start);
}

bool keeper::look_at_files() {
    std::vector<marked> marks;
    for (auto& unit : units_)
        marks.push_back({unit.name, mark_of(unit, nullptr)});
    auto settled = files_.look(marks);
    std::vector<const renewable*> changed;
    for (auto& unit : units_)
        if (std::ranges::find(settled, unit.name) != settled.end()) changed.push_back(&unit);
    if (changed.empty() && waiting_.empty()) return false;
    if (now_->config.made->process.key_process) return renew_all(changed);
    bool any = false;
    for (auto* unit : changed)
        any = renew(*unit) || any;
    if (!any) return false;
    auto reader = [this](const std::string& path) {
        auto at = now_->files.find(path);
        return at == now_->files.end() ? config::file_answer{nullptr, ENOENT} : at->second;
    };
    auto loaded = config::load(now_->text.reveal(), now_->name, reader);
    if (!loaded.made) return false; // the same text with other files: cannot be
    now_->config = std::move(loaded);
    units_ = renewables_of(*now_->config.made);
    return true;
}

// The reason may lie in a file that nobody watches, so what failed is tried again at each look, and
// told again only when there is something new to tell.
bool keeper::renew_all(const std::vector<const renewable*>& changed) {
    auto before = now_->files;
    auto is_new = !changed.empty();
    if (is_new) waiting_ = changed.front()->name;
    auto why = master_.read_again();
    if (!why.empty()) {
        if (is_new || why != why_) told_of_.refused(waiting_, why);
        why_ = why;
        return false;
    }
    waiting_.clear();
    units_ = renewables_of(*now_->config.made);
    for (auto& unit : units_)
        tell_renewed(unit.pairs, before);
    return true;
}

bool keeper::renew(const renewable& unit) {
    read_files read;
    bool same = true;
    for (auto& path : unit.paths) {
        auto& answer = read[path] = config::read_from_disk(path);
        if (!answer.bytes) {
            told_of_.refused(path, std::strerror(answer.error));
            return false;
        }
        auto& old = now_->files[path];
        same = same && old.bytes && old.bytes->reveal() == answer.bytes->reveal();
    }
    if (same || !prove(unit, read)) return false;
    std::vector<renewable::pair> pairs;
    for (auto& one : unit.pairs)
        pairs.push_back(fresh(one, read));
    tell_renewed(pairs, now_->files);
    for (auto& [path, answer] : read)
        now_->files[path] = std::move(answer);
    return true;
}

bool keeper::prove(const renewable& unit, const read_files& read) {
    for (auto& pair : unit.pairs) {
        auto settings = now_->config.made->servers[pair.server].tls;
        settings.password_file = fresh(settings.password_file, read);
        auto why = trouble_with(library_, std::move(settings), fresh(pair, read));
        if (why.empty()) continue;
        told_of_.refused(pair.certificate.path, why);
        return false;
    }
    return true;
}

void keeper::tell_renewed(const std::vector<renewable::pair>& now, const read_files& before) {
    std::vector<std::string> told;
    for (auto& one : now) {
        if (std::ranges::find(told, one.certificate.path) != told.end()) continue;
        told.push_back(one.certificate.path);
        told_of_.renewed(fresh(one, before), one);
    }
}

bool keeper::look_at_folders() {
    bool any = false;
    for (auto& [path, folder] : now_->folders)
        any = look_at_folder(path) || any;
    return any;
}

bool keeper::look_at_folder(const std::string& path) {
    auto listed = list_folder(path);
    if (listed.error != 0) {
        if (lost_.insert(path).second) told_of_.refused(path, std::strerror(listed.error));
        return false; // for a moment, or for good: what was read stays
    }
    lost_.erase(path);
    auto& settled = folders_[path];
    std::vector<marked> marks;
    for (auto& item : listed.items)
        marks.push_back({item.certificate, item.mark});
    if (settled.look(marks).empty()) return false;

    // What still moves stays as it was, so that it is not read half written.
    auto& before = *now_->folders[path];
    folder_listing calm;
    auto item = listed.items.begin();
    for (auto& [name, mark] : settled.accepted()) {
        while (item != listed.items.end() && item->certificate < name)
            ++item;
        auto is_here = item != listed.items.end() && item->certificate == name;
        calm.items.push_back(is_here ? *item : folder_item{name, {}, 0});
        calm.items.back().mark = mark;
    }
    auto& servers = now_->config.made->servers;
    auto first = std::ranges::find_if(servers, [&](auto& s) {
        return s.uses_tls() && s.tls.names.folder == path;
    });
    std::size_t proved = 0;
    folder_reading how{library_.primitives(), &before, {}};
    how.prove = [&](const config::file& certificate, const config::file& key) -> std::string {
        if (first == servers.end() || ++proved > most_proved) return {};
        return trouble_with(library_, first->tls, {0, certificate, key, {}});
    };
    auto got = read_listed(path, calm, how);
    if (!got.made) {
        told_of_.refused(path, got.error);
        return false;
    }
    told_of_.changed(got.changes, *got.made->catalog);
    auto any = std::ranges::any_of(got.changes, [](auto& c) {
        return c.what != kind::left_out && c.what != kind::kept;
    });
    now_->folders[path] = got.made;
    return any;
}

void keeper::tell_expiry(
    const std::string& path, const std::string& names, expiry_notes::time not_after
) {
    auto now = std::chrono::system_clock::now();
    auto under = expiry_.look(path, not_after, now);
    if (!under || ++told_ > most_told) return;
    auto left = std::chrono::duration_cast<std::chrono::hours>(not_after - now).count() / 24;
    events_.event(
        log_level::warn,
        *under > 0 ? "certificate expires soon" : "certificate has expired",
        {
            {"file",    path                },
            {"names",   names               },
            {"expires", timestamp(not_after)},
            {"days",    std::to_string(left)}
    }
    );
}

// Once an hour, and after every change.
void keeper::look_for_expiry() {
    if (any_expiry_look_ && clock::now() - expiry_looked_ < 1h) return;
    any_expiry_look_ = true;
    expiry_looked_ = clock::now();
    told_ = 0;
    for (auto& unit : units_)
        for (auto& one : unit.pairs) {
            std::vector<config::complaint> ignored;
            if (auto pair = tls::read_key_pair(one.certificate, one.key, ignored))
                tell_expiry(
                    one.certificate.path, some_of(names_in(pair->leaf)), pair->leaf.not_after
                );
        }
    for (auto& [path, folder] : now_->folders)
        for (auto& item : folder->items)
            if (item.entry) {
                auto entry = folder->catalog->entry(*item.entry);
                tell_expiry(path + "/" + item.certificate, some_of(entry.names), entry.not_after);
            }
    if (told_ > most_told)
        events_.event(
            log_level::warn,
            "more certificates expire soon",
            {
                {"count", std::to_string(told_ - most_told)}
        }
        );
    expiry_.end_round();
}

}
