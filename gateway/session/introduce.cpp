#include "gateway/session/introduce.hpp"

#include "gateway/net/address.hpp"
#include "gateway/session/leaving.hpp"
#include "protocols/proxy_protocol/write.hpp"

#include <memory>
#include <string>
#include <utility>

namespace postern::gateway {
using boost::system::error_code;

namespace {

// Once a session, and of no use to most: whoever wants to know asks for them. Of DNS that does not
// answer everybody is told now and then.
void tell_of_name(host_names& names, log& events, const record& seen, const named_client& found) {
    bool named = found.why.empty();
    std::vector<field> fields{
        {"session", seen.session},
        {"client",  seen.client }
    };
    if (named) fields.push_back({"host", found.names.host});
    if (!named) fields.push_back({"told", found.names.host});
    if (!named) fields.push_back({"why", found.why});
    bool urgent = found.is_trouble && names.may_complain();
    auto level = urgent ? config::log_level::warn : config::log_level::info;
    events.event(level, named ? "client has a name" : "client has no name", fields);
}

}

client_facts facts_of(std::string address, std::uint16_t port, const stream_socket& socket) {
    client_facts out;
    out.address = std::move(address);
    out.port = port;
    error_code unknown;
    auto here = socket.local_endpoint(unknown);
    if (unknown) return out;
    auto name = name_of(here);
    if (name.port != 0) out.server = {std::move(name.address), name.port};
    return out;
}

task<result<void>> find_name(
    connection& client,
    host_names& names,
    std::chrono::milliseconds within,
    client_facts& who,
    log& events,
    const record& seen
) {
    named_client found;
    if (auto* known = names.recall(who.address)) {
        who.host = known->host;
        who.reverse = known->reverse;
        co_return result<void>();
    }
    auto asking = std::make_shared<inquiry>(client.socket().get_executor());
    auto call_off = [asking] { asking->call_off(); };
    leaving watch(client, call_off);
    found = co_await names.find(who.address, asking, host_names::clock::now() + within);
    if (client.stopped()) co_return errc::shutting_down;
    if (watch.gone()) co_return client.overdue() ? errc::too_slow : errc::closed;
    tell_of_name(names, events, seen, found);
    who.host = std::move(found.names.host);
    who.reverse = std::move(found.names.reverse);
    co_return result<void>();
}

task<result<void>> introduce(
    connection& upstream,
    config::proxy_header how,
    const client_facts& who,
    const tls::facts* client_tls
) {
    if (how == config::proxy_header::off) co_return result<void>();
    proxy_protocol::addresses both{
        {who.address, who.port},
        who.server
    };
    auto text = how == config::proxy_header::v1 ? proxy_protocol::write_v1(both)
                                                : proxy_protocol::write_v2(both, client_tls);
    co_return co_await upstream.write(text);
}

}
