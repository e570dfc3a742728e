#include "config/report/reference.hpp"
#include "gateway/cli/commands.hpp"
#include "gateway/cli/options.hpp"

#include <iostream>

namespace postern::gateway {
namespace {

constexpr const char* bash_before = R"(# bash completion for postern
_postern() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  case $before in
    postern) COMPREPLY=($(compgen -W "run check certs dump import directives version completions --help --version" -- "$word")) ;;
    -c|--config|--nginx|--prefix|import) COMPREPLY=($(compgen -f -- "$word")) ;;
    completions) COMPREPLY=($(compgen -W "bash" -- "$word")) ;;
    directives) COMPREPLY=($(compgen -W ")";

constexpr const char* bash_after = R"(" -- "$word")) ;;
    *) COMPREPLY=($(compgen -W "-c --config --help --json --nginx --prefix --quick" -- "$word")) ;;
  esac
}
complete -F _postern postern
)";

}

int completions_command(const std::string& shell) {
    if (shell != "bash") {
        std::cerr << "postern: no completions for \"" << shell << "\"; there are some for bash\n";
        return wrong_usage;
    }
    std::cout << bash_before;
    auto between = "";
    for (auto& name : config::directive_names()) {
        std::cout << between << name;
        between = " ";
    }
    std::cout << bash_after;
    return fine;
}

}
