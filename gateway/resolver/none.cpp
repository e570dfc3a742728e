// A build without a resolver: cmake -DPOSTERN_RESOLVER=OFF.
#include "gateway/resolver/find_name.hpp"

namespace postern::gateway {

class host_names {};

std::shared_ptr<host_names>
make_host_names(boost::asio::any_io_executor, const config::resolver_settings&, std::string&) {
    return nullptr;
}

task<result<void>>
find_name(connection& client, host_names&, std::chrono::milliseconds, client_facts&, log&, const record&) {
    return client.write({}); // nothing: there are no host_names to call it with
}

std::string resolver_version() { return {}; }

}
