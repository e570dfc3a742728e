#include "config/directive/all.hpp"
#include "config/directive/bind.hpp"
#include "config/value/numbers.hpp"

namespace postern::config {

namespace {

using S = server_settings;
using B = budget_settings;

constexpr unsigned anywhere = in_mail | in_server;

constexpr row<S> rows[] = {
    bind<number<1, 1000000>, &S::budget, &B::errors>(
        {.name = "max_errors",
         .where = anywhere,
         .summary = "After how many commands that cannot be understood a session ends."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::commands>(
        {.name = "max_commands",
         .where = anywhere,
         .summary = "After how many valid commands before the login a session ends."}
    ),
    bind<number<1, 1000000>, &S::budget, &B::login_failures>(
        {.name = "max_login_failures",
         .where = anywhere,
         .summary = "After how many failed logins a session ends."}
    ),
};

}

std::span<const row<server_settings>> budget_rows() { return rows; }

}
