#include "gateway/lookup/http_client.hpp"

#include "gateway/lookup/wiping.hpp"
#include "gateway/net/address.hpp"
#include "gateway/net/dialer.hpp"
#include "protocols/text/joined.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace postern::gateway {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

using memory = wiping_allocator<char>;
using parser = http::response_parser<http::string_body, memory>;

constexpr std::size_t most_kept = 16;
constexpr auto kept_for = 15s;   // unused
constexpr auto grown_old = 5min; // however busy: who is behind that address may have changed

bool breaks_a_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos;
}

// RFC 9112 section 3. Nothing that could end a header line gets here: names and targets are the
// operator's, values were encoded. Should that ever fail, no request is made.
result<secret> make_request(
    const std::string& target, const std::vector<auth_http::header>& lines
) {
    if (target.empty() || breaks_a_line(target) || target.find(' ') != target.npos)
        return errc::bad_reply;
    std::vector<std::string_view> parts{"GET ", target, " HTTP/1.1\r\n"};
    for (auto& l : lines) {
        auto value = l.value.reveal();
        if (breaks_a_line(value) || breaks_a_line(l.name)) return errc::bad_reply;
        parts.insert(parts.end(), {l.name, ": ", value, "\r\n"});
    }
    parts.push_back("\r\n");
    return text::joined(parts);
}

// A server has nothing to say before it is asked, but for a new session of TLS.
bool is_alive(connection& kept) { return kept.look(1).what == glance::found::nothing; }

http_answer answer_of(const parser& p) {
    http_answer out;
    out.status = p.get().result_int();
    for (auto& f : p.get()) {
        auto name = f.name_string();
        auto value = f.value();
        auth_http::header line;
        line.name.assign(name.data(), name.size());
        line.value = secret(std::string_view(value.data(), value.size()));
        out.lines.push_back(std::move(line));
    }
    return out;
}

bool is_end(error_code ec) {
    return ec == http::error::end_of_stream || ec == http::error::partial_message;
}

bool is_nonsense(error_code ec) {
    return !is_end(ec) && ec.category() == make_error_code(http::error::bad_version).category();
}

// What is wrong with an answer, for the log.
std::string told(error_code ec) {
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow)
        return "sent more than 16 KiB of headers";
    auto what = is_end(ec) ? "closed before its answer was whole: " : "sent what is no HTTP: ";
    return (is_end(ec) || is_nonsense(ec) ? what : "") + ec.message();
}

std::chrono::milliseconds until_then(http_client::clock::time_point until) {
    return std::chrono::ceil<std::chrono::milliseconds>(until - http_client::clock::now());
}

}

// One request on one connection.
struct http_client::exchange {
    std::string_view question;
    std::unique_ptr<line> on;
    boost::beast::basic_flat_buffer<memory> buffer{head_limit + body_limit};
    parser answer;
    std::string trouble;

    exchange(std::string_view q, std::unique_ptr<line> l) : question(q), on(std::move(l)) {
        answer.header_limit(head_limit);
        answer.body_limit(boost::none); // looked at when the head is there
    }
    bool heard_nothing() const { return buffer.size() == 0 && !answer.got_some(); }
};

http_client::http_client(
    asio::any_io_executor where,
    const config::http_address& to,
    std::shared_ptr<const tls::client> by,
    std::string name
)
    : where_(std::move(where)), to_(to), by_(std::move(by)), name_(std::move(name)) {}

std::unique_ptr<http_client::line> http_client::take_idle(const endpoint& to) {
    auto now = clock::now();
    std::erase_if(idle_, [now](auto& i) {
        return now - i->used >= kept_for || now - i->born >= grown_old;
    });
    for (;;) {
        auto last =
            std::find_if(idle_.rbegin(), idle_.rend(), [&](auto& i) { return i->to == to; });
        if (last == idle_.rend()) return nullptr;
        auto taken = std::move(*last);
        idle_.erase(std::next(last).base());
        if (is_alive(*taken->end)) return taken;
    }
}

void http_client::keep(std::unique_ptr<line> one) {
    one->used = clock::now();
    if (idle_.size() < most_kept) idle_.push_back(std::move(one));
}

void http_client::keep_only(std::span<const endpoint> now) {
    std::erase_if(idle_, [now](auto& i) { return std::ranges::find(now, i->to) == now.end(); });
}

task<result<std::unique_ptr<http_client::line>>> http_client::connect(
    const endpoint& to, clock::time_point until, signing_client* signer, std::string& trouble
) {
    auto socket = co_await connect_to(where_, to, until);
    if (!socket) {
        trouble = "cannot connect: " + socket.error().message();
        co_return socket.error();
    }
    auto out = std::make_unique<line>();
    out->to = to;
    out->born = clock::now();
    out->end = std::make_unique<connection>(
        std::move(*socket), by_, tls::destination{name_, name_of(to).full}
    );
    if (!to_.tls) co_return std::move(out);
    out->end->expire_after(until_then(until));
    out->end->sign_with(signer);
    auto shaken = co_await out->end->start_tls(); // fails where there is nothing to speak it with
    if (shaken) co_return std::move(out);
    auto words =
        shaken.error() == errc::tls_failed ? out->end->trouble() : shaken.error().message();
    trouble = "TLS failed: " + words;
    co_return shaken.error();
}

// Reads until the parser has the head, or all of the answer.
task<error_code> http_client::hear(exchange& e, bool whole) {
    constexpr std::size_t chunk = 8 * 1024;
    e.answer.eager(whole);
    for (;;) {
        error_code ec;
        if (e.buffer.size() > 0) e.buffer.consume(e.answer.put(e.buffer.data(), ec));
        if (ec && ec != http::error::need_more) co_return ec;
        if (whole ? e.answer.is_done() : e.answer.is_header_done()) co_return error_code();
        auto room = std::min(chunk, e.buffer.max_size() - e.buffer.size());
        if (room == 0) co_return http::error::buffer_overflow;
        auto bytes = co_await e.on->end->read(room);
        bool ended = !bytes && (bytes.error() == errc::closed || bytes.error() == errc::truncated);
        if (!bytes && !ended) co_return bytes.error();
        if (ended && !e.answer.got_some()) co_return http::error::end_of_stream;
        if (ended) {
            e.answer.put_eof(ec);
            co_return ec;
        }
        auto into = e.buffer.prepare(bytes->size());
        std::memcpy(into.data(), bytes->data(), bytes->size());
        e.buffer.commit(bytes->size());
    }
}

task<result<void>> http_client::run(exchange& e, clock::time_point until) {
    e.on->end->expire_after(until_then(until));
    auto sent = co_await e.on->end->write(e.question);
    error_code ec;
    if (sent)
        ec = co_await hear(e, false);
    else
        ec = sent.error();
    if (!ec) co_return result<void>();
    if (ec == errc::timed_out) co_return ec;
    e.trouble = told(ec);
    if (is_nonsense(ec)) co_return errc::bad_reply;
    co_return ec == asio::error::operation_aborted ? ec : errc::unavailable;
}

// Reads the body away, if it is small, so that the connection can serve the next request. Two
// seconds: the answer is known already.
task<> http_client::finish(exchange& e) {
    auto& answer = e.answer;
    if (!answer.keep_alive()) co_return;
    if (auto length = answer.content_length(); length && *length > body_limit) co_return;
    if (!answer.is_done()) {
        answer.body_limit(body_limit);
        e.on->end->expire_after(2s);
        if (auto failed = co_await hear(e, true); failed) co_return;
    }
    if (e.buffer.size() == 0) keep(std::move(e.on)); // more than an answer: out of step
}

task<result<http_answer>> http_client::get(
    endpoint to,
    const std::vector<auth_http::header>& lines,
    clock::time_point until,
    signing_client* signer,
    std::string& trouble
) {
    auto question = make_request(to_.target, lines);
    if (!question) {
        trouble = "a header line of the request cannot be sent";
        co_return question.error();
    }
    for (bool may_be_kept = true;; may_be_kept = false) {
        std::unique_ptr<line> on;
        if (may_be_kept) on = take_idle(to);
        bool kept = on != nullptr;
        if (!kept) {
            auto fresh = co_await connect(to, until, signer, trouble);
            if (!fresh) co_return fresh.error();
            on = std::move(*fresh);
        }
        auto e = std::make_unique<exchange>(question->reveal(), std::move(on));
        auto ran = co_await run(*e, until);
        if (!ran && kept && ran.error() == errc::unavailable && e->heard_nothing()) continue;
        if (!ran) {
            trouble = e->trouble.empty() ? ran.error().message() : e->trouble;
            co_return ran.error();
        }
        auto answer = answer_of(e->answer);
        co_await finish(*e);
        co_return answer;
    }
}

}
