#!/usr/bin/env bash
# A model fitted to real runs on one rank and two; and the words of studies that cannot be.
# usage: scale_test.sh LAUNCH_RUN SWITCHYARD
# shellcheck source=tests/apps/switchyard/runs.sh
source "$(dirname "$0")/runs.sh"
draw_data 160 20
machines=$(realpath "$(dirname "$0")/../../../configs/machines")
model=(--width 2 --experts 4 --expert-hidden 8 --validation-samples 10)

scale() { # scale [ARGUMENT...]: its exit status
  (cd "$work" && "$switchyard" scale --machines "$machines" "$@")
}

expect_scale() { # expect_scale STATUS TEXT [ARGUMENT...]
  expect "$1" "$2" scale "${@:3}"
}

measured=
for ranks in 1 2; do
  for batch in 8 16; do
    train "$ranks-$batch" "$ranks" "${model[@]}" --epochs 1 --batch "$batch" \
      --profile steps=2:6 || complain "no profile on $ranks ranks"
    measured+=$ranks-$batch/run,
  done
done
expect_scale 0 "On 4 of 4 points that were left out" --machine this-cpu --measured "$measured" \
  "${model[@]}" --batch 8 --ranks 1,2,64 --json fitted.json --csv fitted.csv
grep -qE "2 +1 x 2 +16 .*measured" "$work/words" || complain "a measured point is not marked"
grep -qE "64 +16 x 4 +512 .*modelled" "$work/words" || complain "a modelled point is not marked"
[[ $(wc -l <"$work/fitted.csv") == 4 ]] || complain "the table has not a line for each prediction"
grep -q '"left_out": [0-9]' "$work/fitted.json" || complain "no point was left out"
expect_scale 0 "On 2 of 4 points" --machine this-cpu --measured "$measured" --leave-out 2 \
  "${model[@]}" --ranks 1

expect_scale 3 "2 or more" --machine this-cpu --measured 1-8/run
expect_scale 3 "neither a profiled run nor a sweep" --measured nowhere
expect_scale 2 "did you mean 'dgx-a100'" --machine dgx-a10
expect_scale 2 "ranks.*0" --ranks 0
expect_scale 2 "--json /nodir/x.json: there is no folder /nodir" --json /nodir/x.json
expect_scale 2 "--csv . is a folder" --csv .
expect_scale 2 "ep 3 .*divide" --ranks 4 --ep 3
echo '{"ranks": 2' >"$work/1-8/run/profile/train/profile.json"
expect_scale 3 "1-8/run/profile/train/profile.json is no profile" --measured "$measured"

exit "$((failures > 0))"
