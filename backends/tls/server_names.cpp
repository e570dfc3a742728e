#include "backends/tls/server_names.hpp"

#include "backends/tls/choose.hpp"

#include <algorithm>
#include <utility>

namespace postern::tls {

namespace {

constexpr std::size_t longest_name = 253, most_useless = 10'000;

bool may_stand_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

// What a certificate may say more than a client: a star for the first label.
std::optional<std::string> pattern_of(std::string_view written) {
    auto star = written.starts_with("*.");
    auto rest = kept_name(star ? written.substr(2) : written);
    if (!rest || !star) return rest;
    return "*." + *rest;
}

}

std::optional<std::string> kept_name(std::string_view asked) {
    if (asked.ends_with('.')) asked.remove_suffix(1);
    if (asked.empty() || asked.size() > longest_name || asked.front() == '.') return std::nullopt;
    std::string out(asked);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
        if (!may_stand_in_name(c)) return std::nullopt;
    }
    return out;
}

std::optional<std::string> wildcard_for(std::string_view name) {
    auto dot = name.find('.');
    if (dot == name.npos || dot == 0 || dot + 1 == name.size()) return std::nullopt;
    return "*" + std::string(name.substr(dot));
}

std::vector<std::string> names_in(const certificate& from) {
    std::vector<std::string> out;
    auto add = [&](const std::vector<std::string>& some) {
        for (auto& one : some)
            if (auto name = pattern_of(one); name && std::ranges::find(out, *name) == out.end())
                out.push_back(std::move(*name));
    };
    add(from.names.dns);
    if (!from.names.any) add(common_names(from.subject));
    return out;
}

server_names::server_names(folder from, bool reject_unknown)
    : folder_(std::move(from)), reject_unknown_(reject_unknown), ready_(folder_.most) {}

void server_names::add(const std::string& name, std::shared_ptr<const context> one) {
    auto& all = own_[name];
    if (std::ranges::find(all, one) == all.end()) all.push_back(std::move(one));
}

void server_names::report(std::vector<config::complaint> all) const {
    if (!folder_.report) return;
    for (auto& one : all) {
        // The files speak for themselves, and one of many is no reason not to serve.
        one.directive = "ssl_certificate_dir";
        one.level = config::severity::warning;
        folder_.report(one);
    }
}

std::shared_ptr<const context> server_names::ready(const catalog_entry& from) {
    if (auto one = ready_.find(from.id)) return one;
    if (useless_.contains(from.id)) return nullptr;
    auto fresh = folder_.make(from);
    if (!fresh.one) {
        if (useless_.size() >= most_useless) useless_.clear();
        useless_.insert(from.id);
        report(std::move(fresh.complaints));
        return nullptr;
    }
    ready_.keep(from.id, fresh.one);
    return fresh.one;
}

void server_names::prove_all() const {
    auto from = in_folder();
    for (std::size_t n = 0; from && n < from->size(); ++n)
        if (auto fresh = folder_.make(from->entry(n)); !fresh.one)
            report(std::move(fresh.complaints));
}

// The best that this client can verify.
std::shared_ptr<const context> server_names::of_folder(
    const std::vector<catalog_entry>& some, const client_hello& hello
) {
    std::vector<const catalog_entry*> fitting;
    for (auto& one : some)
        if (fits({one.kind, folder_.suites, folder_.versions}, hello)) fitting.push_back(&one);
    std::ranges::sort(fitting, {}, [](auto* e) { return std::pair(rank(e->kind), e); });
    for (auto* e : fitting)
        if (auto one = ready(*e)) return one;
    return nullptr;
}

std::vector<catalog_entry> server_names::found(const std::string& form) const {
    std::vector<catalog_entry> all;
    if (auto from = in_folder())
        for (auto n : from->find(form))
            all.push_back(from->entry(n));
    return all;
}

// What is written beats what is found, and an exact name a wildcard.
server_names::answer server_names::named(const std::string& name, const client_hello& hello) {
    answer out{true, nullptr};
    std::vector<std::string> forms{name};
    if (auto wildcard = wildcard_for(name)) forms.push_back(std::move(*wildcard));
    for (auto& form : forms) {
        auto own = own_.find(form);
        auto others = found(form);
        if (own != own_.end() || !others.empty()) out.refused = false;
        if (own != own_.end()) out.one = choose_among(own->second, hello);
        if (!out.one) out.one = of_folder(others, hello);
        if (out.one) break;
    }
    return out;
}

server_names::answer server_names::choose(const client_hello& hello) {
    auto name = kept_name(hello.server_name);
    auto asked = name ? named(*name, hello) : answer{true, nullptr};
    if (asked.one) return asked;
    if (asked.refused && reject_unknown_ && !hello.server_name.empty()) return asked;
    if (default_.empty()) return {};
    return {false, named(default_, hello).one};
}

}
