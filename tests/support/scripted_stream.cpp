#include "tests/support/scripted_stream.hpp"

#include "backends/tls/peer.hpp"
#include "backends/tls/pem.hpp"
#include "tests/support/certificates.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace postern::test {

namespace {

std::string shown(std::string_view bytes) {
    std::string out = "\"";
    for (char c : bytes)
        out += c == '\r' ? "\\r" : c == '\n' ? "\\n" : c == '\0' ? "\\0" : std::string(1, c);
    return out + "\"";
}

// What a handshake agrees on in a script.
tls::facts scripted_facts() {
    tls::facts facts;
    facts.protocol = "TLSv1.3";
    facts.cipher = "TLS_AES_256_GCM_SHA384";
    return facts;
}

std::string made_for(const std::string& name) {
    auto made = make_identity(
        {.name = name,
         .extensions = "subjectAltName = email:joe@example.org, email:joseph@example.org"}
    );
    return tls::pem_bytes(tls::read_pem(made.certificate).blocks.at(0)).value();
}

// "handshake joe", "handshake stranger"
void show_certificate(std::string_view words, tls::facts& to) {
    static const auto joe = made_for("joe"), stranger = made_for("stranger");
    auto known = words.ends_with(" joe");
    to.asked = true;
    if (!known && !words.ends_with(" stranger")) return;
    auto said = known ? tls::verdict::ok : tls::verdict::self_signed;
    to.shown = std::make_shared<tls::peer>(tls::peer{known ? joe : stranger, said, {}});
}

}

boost::system::error_code broken() {
    return make_error_code(boost::system::errc::connection_reset);
}

scripted_stream::scripted_stream(transcript script, manner how, step::kind peer)
    : script_(std::move(script)), manner_(how), peer_(peer),
      us_(peer == step::kind::client ? step::kind::server : step::kind::client) {}

task<result<std::string_view>> scripted_stream::read(std::size_t most) {
    if (breaks()) co_return broken();
    if (most == 0) co_return wonder("read of no bytes at all");
    auto step = next();
    bool over = !step || step->what == step::kind::end || step->what == step::kind::result;
    if (unread_.empty() && over) co_return errc::closed;
    if (unread_.empty() && step->what != peer_) co_return wonder("read instead of what is written");
    auto left = unread_.empty() ? std::string_view(step->text).substr(offset_) : unread_;
    auto given = std::min({most, left.size(), manner_.piece == 0 ? most : manner_.piece});
    lent_.assign(left.substr(0, given));
    if (unread_.empty())
        advance(given);
    else
        unread_.erase(0, given);
    co_return std::string_view(lent_);
}

// The peer speaks first when the script says so.
task<result<bool>> scripted_stream::quiet_for(std::chrono::milliseconds) {
    // Said in full: a result<bool> could also take an error code for a truth.
    if (breaks()) co_return result<bool>(boost::system::in_place_error, broken());
    auto step = next();
    co_return unread_.empty() && !(step && step->what == peer_);
}

task<result<void>> scripted_stream::write(std::string_view text) {
    if (breaks()) co_return broken();
    set_aside();
    while (!text.empty()) {
        auto step = next();
        if (!step || step->what != us_) co_return wonder("said " + shown(text) + ", unasked");
        auto wanted = std::string_view(step->text).substr(offset_);
        auto count = std::min(wanted.size(), text.size());
        if (wanted.substr(0, count) != text.substr(0, count))
            co_return wonder("said " + shown(text) + " instead of " + shown(wanted));
        advance(count);
        text.remove_prefix(count);
    }
    co_return boost::system::in_place_value;
}

task<result<void>> scripted_stream::start_tls() {
    if (breaks()) co_return broken();
    set_aside();
    auto step = next();
    // Plain text where the client's hello should be.
    if (!unread_.empty() || (step && step->what == peer_)) co_return errc::tls_failed;
    if (!step || step->what != step::kind::handshake || tls_)
        co_return wonder("started TLS, unasked");
    tls_ = scripted_facts();
    if (step->text != "handshake") show_certificate(step->text, *tls_);
    pass();
    co_return boost::system::in_place_value;
}

bool scripted_stream::finished() const { return surprise.empty() && !next(); }

const step* scripted_stream::other() {
    set_aside();
    auto step = next();
    return step && step->what != peer_ && step->what != us_ ? step : nullptr;
}

// The rest of a packet of which we have read some and now do something else.
void scripted_stream::set_aside() {
    auto step = next();
    if (!step || step->what != peer_ || offset_ == 0) return;
    unread_ += step->text.substr(offset_);
    advance(step->text.size() - offset_);
}

boost::system::error_code scripted_stream::wonder(std::string what) {
    if (surprise.empty()) {
        auto step = next();
        auto line = step ? std::to_string(step->line) : std::string("its end");
        surprise = script_.name + ", near line " + line + ": " + what;
    }
    return errc::closed;
}

void scripted_stream::advance(std::size_t bytes) {
    offset_ += bytes;
    if (offset_ < script_.steps[at_].text.size()) return;
    offset_ = 0;
    pass();
}

}
