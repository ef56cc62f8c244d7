ARG DOTNET=9.0
FROM mcr.microsoft.com/dotnet/sdk:${DOTNET}-noble AS build
WORKDIR /src
COPY Shop.sln ./
COPY Shop/Shop.csproj Shop/
RUN dotnet restore Shop/Shop.csproj
COPY Shop/ Shop/
RUN dotnet publish Shop/Shop.csproj --no-restore --configuration Release --output /out

FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET}-noble-chiseled
WORKDIR /app
COPY --from=build /out .
USER 1654
ENTRYPOINT ["dotnet", "Shop.dll"]
