#include "gateway/cli/options.hpp"

// Compiled once for each TLS library: which one, make_backend() decides at the last link.
int main(int argc, char** argv) {
    auto library = postern::tls::make_backend();
    return postern::gateway::run_program(argc, argv, *library);
}
