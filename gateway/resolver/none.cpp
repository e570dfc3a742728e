// A build without a resolver: cmake -DPOSTERN_RESOLVER=OFF.
#include "gateway/resolver/name_service.hpp"

namespace postern::gateway {

std::unique_ptr<name_service>
make_name_service(boost::asio::any_io_executor, const config::resolver_settings&, std::string&) {
    return nullptr;
}

std::string name_service_version() { return {}; }

}
