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

result<void> budget::failed_login() {
    return may_be(++failures_ < most_.login_failures, errc::too_many_logins);
}

}
