#!/usr/bin/env bash
# Installs, on Debian and Ubuntu, the independent programs that the tests and benchmarks compare our work with. Each is best effort:
# without root, without network or on another system it says what is missing and still succeeds; tests that need a program skip loudly.
set -u

# program that proves the package is there : package (alternatives after a bar, the first that installs wins)
oracles=(
  'pdfsig:poppler-utils'
  'pgbouncer:pgbouncer'
  'qpdf:qpdf'
  'zbarimg:zbar-tools'
  'openssl:openssl'
  'xmlsec1:xmlsec1'
  'certutil:libnss3-tools'
  'softhsm2-util:softhsm2'
  'pgbench:postgresql-contrib|pgbench|postgresql'
  'chromium:chromium|chromium-browser'
)
fonts=(fonts-liberation2 fonts-liberation fonts-noto-core)

say() { printf '%s\n' "$*"; }

has() {
  command -v "$1" >/dev/null 2>&1 && return 0
  # Debian keeps the server's own programs out of the PATH.
  [ "$1" = pgbench ] && compgen -G '/usr/lib/postgresql/*/bin/pgbench' >/dev/null
}

install() {
  DEBIAN_FRONTEND=noninteractive timeout 600 apt-get install -y --no-install-recommends "$1" >/dev/null 2>&1
}

missing=()
for entry in "${oracles[@]}"; do
  has "${entry%%:*}" || missing+=("$entry")
done
# A font of Times' widths with every Vietnamese letter; fonts-liberation before version 2 lacks most of them.
compgen -G '/usr/share/fonts/truetype/liberation*/LiberationSerif-Regular.ttf' >/dev/null && fonts=()

if [ ${#missing[@]} -eq 0 ] && [ ${#fonts[@]} -eq 0 ]; then
  say 'Đủ công cụ đối chứng (all oracles are here).'
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" -ne 0 ]; then
  say "Thiếu (missing): ${missing[*]##*:} ${fonts[*]:-}"
  say 'Cần Debian/Ubuntu và quyền root để cài; các phép thử cần chúng sẽ được bỏ qua. (Needs Debian or Ubuntu and root; their tests will be skipped.)'
  exit 0
fi

say 'Đang cập nhật danh mục gói… (updating the package lists)'
timeout 120 apt-get update >/dev/null 2>&1 || say 'Không cập nhật được danh mục gói; thử với danh mục cũ. (No fresh lists; trying with the old ones.)'

for entry in "${missing[@]}"; do
  program=${entry%%:*}
  IFS='|' read -r -a packages <<<"${entry#*:}"
  for package in "${packages[@]}"; do
    install "$package"
    has "$program" && break
  done
  if has "$program"; then say "✔ $program"; else say "✖ $program: không cài được (could not be installed): ${packages[*]}"; fi
done
for font in ${fonts[@]+"${fonts[@]}"}; do
  if install "$font"; then say "✔ $font"; break; else say "✖ $font: không cài được (could not be installed)"; fi
done
exit 0
