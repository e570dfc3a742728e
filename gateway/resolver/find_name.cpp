#include "gateway/resolver/find_name.hpp"

#include "gateway/resolver/host_names.hpp"
#include "gateway/session/leaving.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace postern::gateway {

namespace {

// Once a session, and of no use to most: whoever wants to know asks for them. Of DNS that does not
// answer everybody is told now and then.
void tell_of_name(host_names& names, log& events, const record& seen, const named_client& found) {
    bool named = found.why.empty();
    bool urgent = found.is_trouble && names.may_complain();
    auto level = urgent ? config::log_level::warn : config::log_level::info;
    if (!events.wants(level)) return;
    std::vector<field> fields{
        {"session", seen.session},
        {"client",  seen.client }
    };
    if (named) fields.push_back({"host", found.names.host});
    if (!named) fields.push_back({"told", found.names.host});
    if (!named) fields.push_back({"why", found.why});
    events.event(level, named ? "client has a name" : "client has no name", fields);
}

}

std::shared_ptr<host_names> make_host_names(
    boost::asio::any_io_executor where,
    const config::resolver_settings& settings,
    std::string& trouble
) {
    auto dns = make_name_service(std::move(where), settings, trouble);
    return dns ? std::make_shared<host_names>(std::move(dns), settings) : nullptr;
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

std::string resolver_version() { return name_service_version(); }

}
