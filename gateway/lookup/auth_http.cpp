#include "gateway/lookup/auth_http.hpp"

#include "protocols/auth_http/response.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace postern::gateway {
namespace asio = boost::asio;

namespace {

std::vector<auth_http::header> request_of(const query& q, const config::lookup_settings& settings) {
    auto& service = settings.auth_http;
    std::string_view host = "localhost";
    if (service.unix_path.empty()) host = service.host;
    auth_http::question asked{
        host,
        q.login,
        q.protocol,
        q.attempt,
        q.client_address,
        q.client_host,
        q.tls,
        settings.auth_http_headers,
        settings.auth_http_pass_client_cert,
        q.proxied};
    return auth_http::request_headers(asked);
}

auth_http::outcome outcome_of(
    const std::vector<auth_http::header>& lines, config::mail_protocol protocol
) {
    std::vector<auth_http::field> fields;
    for (auto& l : lines)
        fields.push_back({l.name, l.value.reveal()});
    return auth_http::read_response(fields, protocol);
}

verdict verdict_of(auth_http::route&& from) {
    route to;
    to.upstream.host = std::move(from.host);
    to.upstream.port = from.port;
    to.user = std::move(from.user);
    to.password = std::move(from.password);
    to.tls_mode = from.tls;
    to.tls_name = std::move(from.tls_name);
    return to;
}

verdict verdict_of(auth_http::denial&& from) {
    denial no;
    no.what.why = refusal::kind::bad_login;
    no.what.text = std::move(from.text);
    no.what.code = std::move(from.code);
    no.wait = from.wait;
    no.may_retry = from.wait.count() > 0; // nginx: without Auth-Wait the connection is closed
    return no;
}

}

auth_http_lookup::auth_http_lookup(
    const config::lookup_settings& settings, asio::any_io_executor where
)
    : where_(where), settings_(settings), client_(where, settings.auth_http) {}

task<result<verdict>> auth_http_lookup::find(const query& q, std::string& trouble) {
    auto lines = request_of(q, settings_);
    std::chrono::seconds left = auth_http::longest_wait; // of all pauses together
    for (int waits = 0; waits <= most_waits && left.count() > 0; ++waits) {
        auto answer = co_await client_.get(lines, settings_.auth_http_timeout, trouble);
        if (!answer) co_return answer.error();
        auto outcome = outcome_of(*answer, q.protocol);
        if (auto* to = std::get_if<auth_http::route>(&outcome))
            co_return verdict_of(std::move(*to));
        if (auto* no = std::get_if<auth_http::denial>(&outcome))
            co_return verdict_of(std::move(*no));
        if (auto* broken = std::get_if<auth_http::broken>(&outcome)) {
            trouble = broken->reason;
            co_return errc::bad_reply;
        }
        auto pause = std::min(std::get<auth_http::wait>(outcome).pause, left);
        left -= pause;
        asio::steady_timer timer(where_, pause);
        boost::system::error_code ignored;
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    trouble = "kept answering WAIT";
    co_return errc::unavailable;
}

}
