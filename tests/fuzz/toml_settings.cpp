// Any bytes as a configuration: they are refused with complaints that lie within the text, or they
// make settings whose dump loads again to the same dump.
#include "config/report/dump.hpp"
#include "config/report/source_text.hpp"
#include "tests/support/without_origins.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace postern;

namespace {

config::file_answer read_fake(const std::string& path) {
    if (path.size() % 5 == 0) return {nullptr, ENOENT};
    return {std::make_shared<const secret>("bytes"), 0};
}

void require(bool good) {
    if (!good) std::abort();
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text(reinterpret_cast<const char*>(data), size);
    auto got = config::load(text, "p.toml", read_fake);
    for (auto& d : got.diagnostics) {
        require(d.where.line <= config::count_lines(text));
        require(!d.text.empty());
        for (char c : config::print(d, text))
            require(c == '\n' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
    require((got.made == nullptr) == config::any_error(got.diagnostics));
    if (!got.made) return 0;
    auto first = config::dump(got);
    auto again = config::load(first, "p.toml", read_fake);
    require(again.diagnostics.empty() || !config::any_error(again.diagnostics));
    require(test::without_origins(config::dump(again)) == test::without_origins(first));
    return 0;
}
