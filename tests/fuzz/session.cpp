// A whole session up to its login: settings, client, lookup and upstreams are the fuzzer's choice
// (tests/fuzz/session/script.hpp). Whole and in pieces the conversation is the same; what leaves
// the gateway is what belongs there, and neither answers nor memory pass their budget.
#include "tests/fuzz/session/house.hpp"
#include "tests/fuzz/session/memory.hpp"

#include <cstdio>

using namespace postern::fuzz;

namespace {

void show(const char* how, const conversation& all) {
    std::fprintf(stderr, "--- %s, it ended with: %s\n", how, all.end.message().c_str());
    for (auto* part : {&all.to_client, &all.to_lookup, &all.to_upstream, &all.log})
        for (auto& text : *part)
            std::fprintf(stderr, "%s%s", part == &all.to_client ? "S: " : "", text.c_str());
    std::fprintf(stderr, "+++ %s\n>>> %s\n", all.admitted.c_str(), all.handed_over.c_str());
}

// A client that broke off where it was to be told to go ahead with TLS, and had said too much
// before that: which of the two is noticed depends on what was read by then.
bool is_either_end(const conversation& whole, conversation pieces) {
    if (whole.end != postern::errc::bytes_before_handshake ||
        pieces.end != boost::system::errc::connection_reset)
        return false;
    pieces.end = whole.end;
    pieces.log.back() = whole.log.back();
    return whole == pieces;
}

}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto said = read_script({data, size});
    counted_memory memory;
    auto whole = play(said, false);
    memory.check(said.settings);
    auto pieces = play(said, true);
    if (whole == pieces || is_either_end(whole, pieces)) return 0;
    show("whole", whole);
    show("in pieces", pieces);
    require(false, "whole and in pieces a conversation is the same");
    return 0;
}
