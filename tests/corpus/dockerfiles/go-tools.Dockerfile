FROM golang:1.22
RUN go install github.com/golangci/golangci-lint/cmd/golangci-lint@latest
RUN go install golang.org/x/tools/gopls@v0.16.1 && go install github.com/go-delve/delve/cmd/dlv
RUN go get github.com/pkg/errors
WORKDIR $GOPATH/src/app
COPY . .
RUN go install -v ./...
CMD ["app"]
