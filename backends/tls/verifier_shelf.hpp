#pragma once

#include "backends/tls/verifier.hpp"

#include <memory>
#include <vector>

namespace postern::tls {

// The verifiers of a process that are in use, so that contexts which trust the same share one. It
// keeps none alive. Not for two threads at once.
class verifier_shelf {
public:
    std::shared_ptr<const verifier> get(trust, path_prover);

private:
    std::vector<std::weak_ptr<const verifier>> all_;
};

}
