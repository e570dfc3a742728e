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

constexpr std::size_t most_told = 20; // lines about one look
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

std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t n = 0; n < std::min(names.size(), most); ++n)
        out += (out.empty() ? "" : " ") + names[n];
    return names.size() > most ? out + " ..." : out;
}

std::string some_of(std::string_view lines) {
    std::vector<std::string> names;
    while (!lines.empty()) {
        auto one = lines.substr(0, lines.find('\n'));
        names.emplace_back(one);
        lines.remove_prefix(std::min(lines.size(), one.size() + 1));
    }
    return some_of(names);
}

// What is wrong with a pair, tried as if it were the only one of that server.
std::string trouble_with(
    const tls::backend& library,
    config::tls_settings like,
    config::file certificate,
    config::file key
) {
    like.names = {};
    like.certificates = {std::move(certificate)};
    like.certificate_keys = {std::move(key)};
    for (auto& c : library.compile(like, "", {}).complaints)
        if (c.level == config::severity::error) return c.text;
    return {};
}

config::file fresh(
    const config::file& old, const std::map<std::string, config::file_answer>& read
) {
    auto at = read.find(old.path);
    return at == read.end() ? old : config::file{old.path, at->second.bytes};
}

}

keeper::keeper(boost::asio::io_context& loop, const tls::backend& library, log& events, master to)
    : timer_(loop), library_(library), events_(events), master_(std::move(to)) {}

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
    auto& process = now_->config.made->process;
    // With a key process the bytes here are without keys, and what comes anew has to go there.
    auto watches = process.certificate_watch.count() > 0 && !process.key_process;
    if (watches && master_.is_idle()) {
        auto files = look_at_files();
        auto folders = look_at_folders();
        if (files || folders) {
            any_expiry_look_ = false;
            master_.spread(files);
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
    bool any = false;
    for (auto& unit : units_)
        if (std::ranges::find(settled, unit.name) != settled.end()) any = renew(unit) || any;
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

void keeper::refuse(const std::string& path, const std::string& why) {
    events_.event(
        log_level::error,
        "certificate not renewed, the old one stays",
        {
            {"file", path},
            {"why",  why }
    }
    );
}

bool keeper::renew(const renewable& unit) {
    std::map<std::string, config::file_answer> read;
    bool same = true;
    for (auto& path : unit.paths) {
        auto& answer = read[path] = config::read_from_disk(path);
        if (!answer.bytes) {
            refuse(path, std::strerror(answer.error));
            return false;
        }
        auto& old = now_->files[path];
        same = same && old.bytes && old.bytes->reveal() == answer.bytes->reveal();
    }
    if (same || !prove(unit, read)) return false;
    tell_renewed(unit, read);
    for (auto& [path, answer] : read)
        now_->files[path] = std::move(answer);
    return true;
}

bool keeper::prove(const renewable& unit, const std::map<std::string, config::file_answer>& read) {
    for (auto& pair : unit.pairs) {
        auto settings = now_->config.made->servers[pair.server].tls;
        settings.password_file = fresh(settings.password_file, read);
        auto why = trouble_with(
            library_, std::move(settings), fresh(pair.certificate, read), fresh(pair.key, read)
        );
        if (why.empty()) continue;
        refuse(pair.certificate.path, why);
        return false;
    }
    return true;
}

void keeper::tell_renewed(
    const renewable& unit, const std::map<std::string, config::file_answer>& read
) {
    std::vector<std::string> told;
    for (auto& one : unit.pairs) {
        if (std::ranges::find(told, one.certificate.path) != told.end()) continue;
        told.push_back(one.certificate.path);
        std::vector<config::complaint> ignored; // dates, which are told elsewhere
        auto pair = tls::read_key_pair(fresh(one.certificate, read), fresh(one.key, read), ignored);
        if (!pair) continue;
        events_.event(
            log_level::notice,
            "certificate renewed",
            {
                {"file",    one.certificate.path           },
                {"names",   some_of(names_in(pair->leaf))  },
                {"expires", timestamp(pair->leaf.not_after)}
        }
        );
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
        if (lost_.insert(path).second) refuse(path, std::strerror(listed.error));
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
        calm.items.push_back({name, is_here ? item->key : std::string(), mark});
    }
    auto& servers = now_->config.made->servers;
    auto first = std::ranges::find_if(servers, [&](auto& s) {
        return s.uses_tls() && s.tls.names.folder == path;
    });
    std::size_t proved = 0;
    folder_reading how{library_.primitives(), &before, {}};
    how.prove = [&](const config::file& certificate, const config::file& key) -> std::string {
        if (first == servers.end() || ++proved > most_proved) return {};
        return trouble_with(library_, first->tls, certificate, key);
    };
    auto got = read_listed(path, calm, how);
    if (!got.made) {
        refuse(path, got.error);
        return false;
    }
    tell(got.changes, *got.made->catalog);
    auto any = std::ranges::any_of(got.changes, [](auto& c) {
        return c.what != kind::left_out && c.what != kind::kept;
    });
    now_->folders[path] = got.made;
    return any;
}

void keeper::tell(const std::vector<folder_change>& changes, const tls::catalog& from) {
    std::size_t count = 0;
    for (auto& c : changes) {
        if (++count > most_told) continue;
        if (c.what == kind::kept) {
            refuse(c.certificate, c.why);
        } else if (c.what == kind::left_out || !c.entry) {
            auto gone = c.what == kind::removed;
            events_.event(
                gone ? log_level::notice : log_level::error,
                gone ? "certificate removed" : "certificate cannot be used",
                {
                    {"file", c.certificate},
                    {"why",  c.why        }
            }
            );
        } else {
            auto entry = from.entry(*c.entry);
            events_.event(
                log_level::notice,
                c.what == kind::added ? "certificate added" : "certificate renewed",
                {
                    {"file",    c.certificate             },
                    {"names",   some_of(entry.names)      },
                    {"expires", timestamp(entry.not_after)}
            }
            );
        }
    }
    if (count > most_told)
        events_.event(
            log_level::notice,
            "more certificates changed",
            {
                {"count", std::to_string(count - most_told)}
        }
        );
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
