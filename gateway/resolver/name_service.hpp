#pragma once

#include "config/settings/resolver.hpp"
#include "gateway/resolver/question.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>

namespace postern::gateway {

// Asks DNS, without ever waiting itself.
class name_service {
public:
    virtual ~name_service() = default;

    // The question ends sooner or later, perhaps at once.
    virtual void ask(std::shared_ptr<question>) = 0;
};

// By c-ares. Null with `trouble`.
std::unique_ptr<name_service> make_name_service(
    boost::asio::any_io_executor, const config::resolver_settings&, std::string& trouble
);

// "c-ares 1.18.1"
std::string name_service_version();

}
