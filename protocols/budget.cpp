#include "protocols/budget.hpp"

namespace postern {

static result<void> may_be(bool enough, errc otherwise) {
    if (enough) return {};
    return otherwise;
}

result<void> budget::command() {
    return may_be(++commands_ <= most_.commands, errc::too_many_commands);
}

result<void> budget::error() { return may_be(++errors_ < most_.errors, errc::too_many_errors); }

result<void> budget::sasl_step() {
    return may_be(++steps_ <= most_.sasl_steps, errc::too_many_sasl_steps);
}

result<void> budget::literals(std::size_t so_far) {
    return may_be(so_far <= most_.literals, errc::too_many_literals);
}

result<void> budget::failed_login() {
    return may_be(++failures_ < most_.login_failures, errc::too_many_logins);
}

result<void> budget::bytes(std::size_t more) {
    bytes_ += more;
    return may_be(bytes_ <= most_.bytes, errc::too_many_bytes);
}

result<void> budget::hold(std::size_t now) const {
    return may_be(now <= most_.memory, errc::too_much_memory);
}

result<void> budget::last(moment now) const { return may_be(now < until_, errc::too_slow); }

}
