# Sourced by every command of ./dev: it ends at the first error, says what it does, and measures each step.
set -euo pipefail

die() { printf 'dev: %s\n' "$*" >&2; exit 1; }
say() { printf '\n== %s\n' "$*" >&2; }

# `step TITLE` ends the step before it and begins one; `print_steps` shows what each took: seconds by the clock, and
# of the processors (this shell and its finished children), which tell more on a machine that others share.
step_lines=() step_title='' step_wall=0 step_busy=0

busy_ticks() {  # sets REPLY; a tick is 10 ms
  local stat
  read -r -a stat </proc/$$/stat
  REPLY=$((stat[13] + stat[14] + stat[15] + stat[16]))
}
end_step() {
  [ -n "$step_title" ] || return 0
  busy_ticks
  step_lines+=("$(printf '%6d s %7d s  %s' $((SECONDS - step_wall)) $(((REPLY - step_busy) / 100)) "$step_title")")
  step_title=''
}
step() {
  end_step
  say "$1"
  busy_ticks
  step_title=$1 step_wall=$SECONDS step_busy=$REPLY
}
print_steps() {
  end_step
  printf '\n%8s %9s  %s\n' clock processor step >&2
  printf '%s\n' "${step_lines[@]}" "$(busy_ticks; printf '%6d s %7d s  all of it' "$SECONDS" $((REPLY / 100)))" >&2
}
