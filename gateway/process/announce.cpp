#include "gateway/process/announce.hpp"

namespace postern::gateway {

using config::log_level;

void tell_listening(
    log& events, const std::vector<sockets::place>& places, const config::settings& settings
) {
    for (auto& place : places) {
        if (!place.is_new) continue;
        auto& server = settings.servers[place.server];
        events.event(
            log_level::notice,
            "listening",
            {
                {"address",  *place.address                                  },
                {"protocol", std::string(config::name(server.protocol))      },
                {"tls",      server.listen[place.listener].ssl ? "yes" : "no"}
        }
        );
    }
}

void tell_complaints(log& events, const std::vector<config::diagnostic>& all) {
    for (auto& d : all) {
        auto at = d.where.file + ':' + std::to_string(d.where.line) + ':' +
                  std::to_string(d.where.column);
        events.event(
            d.level == config::severity::error     ? log_level::error
            : d.level == config::severity::warning ? log_level::warn
                                                   : log_level::info,
            "complaint",
            {
                {"at",   at    },
                {"text", d.text},
                {"hint", d.hint}
        }
        );
    }
}

}
