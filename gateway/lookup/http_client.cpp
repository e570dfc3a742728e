#include "gateway/lookup/http_client.hpp"

#include "gateway/lookup/wiping.hpp"
#include "gateway/net/dialer.hpp"
#include "protocols/text/joined.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <memory>
#include <sys/socket.h>

namespace postern::gateway {
namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

using memory = wiping_allocator<char>;
using parser = http::response_parser<http::string_body, memory>;

constexpr std::size_t most_kept = 16;
constexpr auto kept_for = 15s;

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

bool is_alive(stream_socket& socket) {
    char one;
    return ::recv(socket.native_handle(), &one, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
           (errno == EAGAIN || errno == EWOULDBLOCK);
}

std::vector<auth_http::header> lines_of(const parser& p) {
    std::vector<auth_http::header> out;
    for (auto& f : p.get()) {
        auto name = f.name_string();
        auto value = f.value();
        auth_http::header line;
        line.name.assign(name.data(), name.size());
        line.value = secret(std::string_view(value.data(), value.size()));
        out.push_back(std::move(line));
    }
    return out;
}

}

// One request on one socket.
struct http_client::exchange {
    std::string_view question;
    stream_socket socket;
    boost::beast::basic_flat_buffer<memory> buffer{head_limit + body_limit};
    parser answer;
    std::string trouble;

    exchange(std::string_view q, stream_socket s) : question(q), socket(std::move(s)) {
        answer.header_limit(head_limit);
        answer.body_limit(boost::none); // looked at when the head is there
    }
    bool heard_nothing() const { return buffer.size() == 0 && !answer.got_some(); }
};

http_client::http_client(asio::any_io_executor where, const config::http_address& to)
    : where_(std::move(where)), to_(to) {}

std::optional<stream_socket> http_client::take_idle() {
    while (!idle_.empty()) {
        auto last = std::move(idle_.back());
        idle_.pop_back();
        if (clock::now() - last.since < kept_for && is_alive(last.socket))
            return std::move(last.socket);
    }
    return std::nullopt;
}

void http_client::keep(stream_socket socket) {
    std::erase_if(idle_, [](auto& i) { return clock::now() - i.since >= kept_for; });
    if (idle_.size() < most_kept) idle_.push_back({std::move(socket), clock::now()});
}

task<result<stream_socket>> http_client::connect(clock::time_point until, std::string& trouble) {
    config::upstream_address address;
    address.host = to_.unix_path.empty() ? to_.host : "unix:" + to_.unix_path;
    address.port = to_.port;
    auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now());
    co_return co_await dial(where_, address, left, trouble);
}

task<result<void>> http_client::run(exchange& e, clock::time_point until) {
    auto call_off = [&e] {
        error_code ignored;
        e.socket.cancel(ignored);
    };
    deadline limit(where_, until, call_off);
    error_code ec;
    limit.begin();
    auto question = asio::buffer(e.question);
    co_await asio::async_write(e.socket, question, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) {
        auto token = asio::redirect_error(asio::use_awaitable, ec);
        co_await http::async_read_header(e.socket, e.buffer, e.answer, token);
    }
    if (limit.end()) co_return errc::timed_out;
    if (!ec) co_return result<void>();
    e.trouble = ec.message();
    bool ended = ec == http::error::end_of_stream || ec == http::error::partial_message;
    bool nonsense = ec.category() == make_error_code(http::error::bad_line_ending).category();
    co_return nonsense && !ended ? errc::bad_reply : errc::unavailable;
}

// Reads the body away, if it is small, so that the connection can serve the next request. Two
// seconds: the answer is known already.
task<> http_client::finish(exchange& e) {
    auto& answer = e.answer;
    if (!answer.keep_alive()) co_return;
    if (auto length = answer.content_length(); length && *length > body_limit) co_return;
    if (!answer.is_done()) {
        answer.body_limit(body_limit);
        auto call_off = [&e] {
            error_code ignored;
            e.socket.cancel(ignored);
        };
        deadline limit(where_, clock::now() + 2s, call_off);
        error_code ec;
        auto token = asio::redirect_error(asio::use_awaitable, ec);
        limit.begin();
        co_await http::async_read(e.socket, e.buffer, answer, token);
        if (limit.end() || ec) co_return;
    }
    if (e.buffer.size() == 0) keep(std::move(e.socket)); // more than an answer: out of step
}

// A kept connection if there is one and it may be used, else a fresh one.
task<result<stream_socket>> http_client::connection_for(
    bool& kept, clock::time_point until, std::string& trouble
) {
    if (kept)
        if (auto socket = take_idle()) co_return std::move(*socket);
    kept = false;
    co_return co_await connect(until, trouble);
}

task<result<std::vector<auth_http::header>>> http_client::get(
    const std::vector<auth_http::header>& lines,
    std::chrono::milliseconds within,
    std::string& trouble
) {
    auto until = clock::now() + within;
    auto question = make_request(to_.target, lines);
    if (!question) {
        trouble = "a header line of the request cannot be sent";
        co_return question.error();
    }
    for (bool kept = true;; kept = false) {
        auto socket = co_await connection_for(kept, until, trouble);
        if (!socket) co_return socket.error();
        auto e = std::make_unique<exchange>(question->reveal(), std::move(*socket));
        auto ran = co_await run(*e, until);
        if (!ran && kept && ran.error() == errc::unavailable && e->heard_nothing()) continue;
        if (!ran) {
            trouble = e->trouble.empty() ? ran.error().message() : e->trouble;
            co_return ran.error();
        }
        auto answer = lines_of(e->answer);
        co_await finish(*e);
        co_return answer;
    }
}

}
