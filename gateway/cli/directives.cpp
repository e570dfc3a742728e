#include "config/report/reference.hpp"
#include "config/report/suggest.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"

#include <iostream>

namespace postern::gateway {

int directives_command(const std::string& name) {
    if (name.empty()) {
        std::cout << config::reference();
        return fine;
    }
    auto text = config::describe(name);
    if (!text.empty()) {
        std::cout << text;
        return fine;
    }
    auto names = config::directive_names();
    auto hint = config::did_you_mean(name, names);
    std::cerr << "postern: unknown directive \"" << name << "\"" << (hint.empty() ? "" : "; ")
              << hint << "\n";
    return wrong_configuration;
}

}
