#include "tests/backends/support/meeting.hpp"

#include "backends/tls/reception.hpp"
#include "tests/backends/support/s_client.hpp"
#include "tests/support/catch.hpp"

#include <sys/socket.h>
#include <thread>

namespace postern::tls::test {

namespace {

// The server's end of a connection, fed in pieces of a size.
class host {
public:
    host(const fd& socket, const std::shared_ptr<const server>& with, const how& way)
        : socket_(socket), reception_(with), way_(way) {}

    void run(meeting& out) {
        if (!receive_hello(out)) return;
        for (;;) {
            auto step = engine_->handshake();
            flush();
            if (step.state == status::done) break;
            if (step.state == status::needs_signature && way_.sign) {
                // Asking again does not help before it is there.
                CHECK(engine_->handshake().state == status::needs_signature);
                engine_->take_signature(std::as_bytes(std::span(way_.sign(*engine_->wanted()))));
                continue;
            }
            if (step.state != status::needs_input || !feed()) {
                out.reason =
                    step.state == status::needs_input ? "the client left" : engine_->reason();
                return;
            }
        }
        out.agreed = true;
        out.what = engine_->agreed();
        engine_->settle();
        say_all();
    }

private:
    std::span<const std::byte> next_piece() {
        if (rest_.empty()) {
            buffer_ = socket_.receive();
            rest_ = std::as_bytes(std::span(buffer_));
        }
        auto piece = rest_.first(std::min(rest_.size(), way_.piece));
        rest_ = rest_.subspan(piece.size());
        return piece;
    }
    bool receive_hello(meeting& out) {
        for (;;) {
            auto piece = next_piece();
            if (piece.empty()) {
                out.reason = "the client left";
                return false;
            }
            auto state = reception_.take(piece);
            if (state == status::done) break;
            if (state == status::needs_input) continue;
            auto last = reception_.farewell();
            out.farewell.assign(reinterpret_cast<const char*>(last.data()), last.size());
            out.reason = reception_.reason();
            socket_.send_all(last);
            return false;
        }
        engine_ = reception_.admit();
        return true;
    }
    bool feed() {
        auto piece = next_piece();
        if (piece.empty()) return false;
        engine_->take(piece);
        return true;
    }
    void flush() {
        for (auto some = engine_->pending(); !some.empty(); some = engine_->pending()) {
            socket_.send_all(some);
            engine_->sent(some.size());
        }
    }
    void say_all() {
        auto left = std::as_bytes(std::span(way_.greeting));
        while (!left.empty()) {
            auto step = engine_->encrypt(left);
            if (step.state != status::done) return;
            left = left.subspan(step.bytes);
            flush();
        }
        engine_->say_goodbye();
        flush();
        shutdown(socket_.get(), SHUT_WR);
        while (!socket_.receive().empty())
            ;
    }

    const fd& socket_;
    reception reception_;
    how way_;
    std::unique_ptr<engine> engine_;
    std::string buffer_;
    std::span<const std::byte> rest_;
};

std::string key_of(std::span<const std::byte> id) {
    return {reinterpret_cast<const char*>(id.data()), id.size()};
}

}

bool map_store::put(
    std::span<const std::byte> id, std::span<const std::byte> session, clock::time_point expires
) {
    if (full) return false;
    all[key_of(id)] = {key_of(session), expires};
    return true;
}

std::optional<std::string> map_store::get(std::span<const std::byte> id) {
    auto at = all.find(key_of(id));
    if (at == all.end() || at->second.expires <= clock::now()) return std::nullopt;
    return at->second.session;
}

void map_store::drop(std::span<const std::byte> id) { all.erase(key_of(id)); }

config::file file_of(const std::string& path, const std::string& text) {
    return {path, std::make_shared<const secret>(text)};
}

config::tls_settings settings_with(const std::vector<identity>& all) {
    config::tls_settings out;
    out.ssl = true;
    out.certificates.clear();
    for (auto& one : all) {
        auto number = std::to_string(out.certificates.size());
        out.certificates.push_back(file_of("cert" + number + ".pem", one.certificate));
        out.certificate_keys.push_back(file_of("key" + number + ".pem", one.key));
    }
    return out;
}

std::string complaints_of(const compiled& from, config::severity level) {
    std::string out;
    for (auto& c : from.complaints)
        if (c.level == level) out += c.directive + ": " + c.text + " (" + c.hint + ")\n";
    return out;
}

std::shared_ptr<const server> must_compile(
    const config::tls_settings& settings, const session_services& services, std::string_view alpn
) {
    auto done = make_backend()->compile(settings, alpn, services);
    INFO(complaints_of(done, config::severity::error));
    REQUIRE(done.made);
    return done.made;
}

support support_of(std::string_view directive, std::string_view what) {
    auto* row = find_capability(make_backend()->capabilities(), directive, what);
    return row ? row->level : support::absent;
}

std::string reason_of(std::string_view directive, std::string_view what) {
    auto* row = find_capability(make_backend()->capabilities(), directive, what);
    return row ? std::string(row->reason) : "";
}

meeting meet(
    const std::shared_ptr<const server>& with, const std::vector<std::string>& client_words, how way
) {
    meeting out;
    listening at;
    s_client client(at.port, client_words);
    if (!at.socket.readable()) {
        out.reason = "nobody came";
        out.client = client.all_output();
        return out;
    }
    {
        fd socket(accept4(at.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        host(socket, with, way).run(out);
    }
    at.socket.reset();
    out.client = client.all_output();
    return out;
}

twice meet_twice(
    const std::shared_ptr<const server>& first,
    const std::shared_ptr<const server>& second,
    const std::vector<std::string>& client_words,
    std::chrono::milliseconds pause
) {
    postern::test::temp_dir dir;
    auto words = client_words;
    words.insert(words.end(), {"-sess_out", dir.file("session.pem")});
    twice out;
    out.first = meet(first, words);
    out.left_session = std::filesystem::exists(dir.file("session.pem"));
    if (!out.left_session) return out;
    std::this_thread::sleep_for(pause);
    words = client_words;
    words.insert(words.end(), {"-sess_in", dir.file("session.pem")});
    out.second = meet(second, words);
    return out;
}

}
